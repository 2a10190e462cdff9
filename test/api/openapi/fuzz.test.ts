import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiResponse, Client } from '../../support/api-driver/client.ts';
import { pathsOf } from '../../support/api-driver/client.ts';
import { createFuzzFixtures, cursorOf, type FuzzFixture } from '../../support/openapi/fuzz-fixture.ts';
import { type Operation, operations } from '../../support/openapi/operations.ts';
import { type Request, unusualRequests, validRequests } from '../../support/openapi/requests.ts';

// The client compares every response with docs/openapi.json and throws on a difference.

const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const runsPerOperation = 100;
/** Fields that may be invalid because of stored data: fewer shards than before, too large a sum of lines. */
const stateful = ['stock_shards', 'items'];
const malformed = ['invalid_request', 'malformed_json', 'unsupported_media_type', 'body_too_large'];

let newFixture: () => Promise<FuzzFixture>;
const seen = new Map<string, number>();

beforeAll(async () => {
  process.stdout.write(`fuzz of docs/openapi.json: FUZZ_SEED=${seed}\n`);
  newFixture = await createFuzzFixtures();
});

afterAll(() => {
  const total = [...seen.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`${total} requests, ${seen.size} kinds of responses\n`);
  expect(total).toBeGreaterThanOrEqual(2_000);
  for (const { id } of operations)
    expect(
      [...seen.keys()].some((kind) => kind.startsWith(`${id} 20`)),
      id,
    ).toBe(true);
});

async function send(
  api: Client,
  { id, method }: Operation,
  { path, headers, text }: Request,
): Promise<ApiResponse> {
  const response = await api.send(
    method,
    path,
    undefined,
    text === undefined ? { headers } : { headers, text },
  );
  const outcome = `${id} ${response.status} ${response.problem?.code ?? ''}`;
  seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  expect(response.status).toBeLessThan(500);
  return response;
}

async function fixtureFor({ path, parameters }: Operation): Promise<FuzzFixture> {
  const fixture = await newFixture();
  if (!parameters.some(({ name }) => name === 'cursor')) return fixture;
  const lister = fixture.callers['the customer'];
  if (lister === undefined) throw new Error('No caller to list orders');
  const cursor = await cursorOf(lister, path);
  return { ...fixture, known: (name) => (name === 'cursor' ? [cursor] : fixture.known(name)) };
}

/** Chooses the customer and the ADMIN, who are allowed most operations, more often. */
const callersOf = ({ callers }: FuzzFixture) =>
  fc
    .oneof(
      { weight: 4, arbitrary: fc.constant('the customer') },
      { weight: 3, arbitrary: fc.constant('an ADMIN') },
      { weight: 3, arbitrary: fc.constantFrom(...Object.keys(callers)) },
    )
    .map((name) => ({ toString: () => name, api: callers[name] }));

async function sendAll(
  operation: Operation,
  fixture: FuzzFixture,
  requests: fc.Arbitrary<Request>,
  check: (response: ApiResponse, request: Request) => void,
) {
  const property = fc.asyncProperty(callersOf(fixture), requests, async ({ api }, request) => {
    if (api === undefined) throw new Error('No caller to send the request');
    if (operation.id === 'checkout') await fixture.fillCart();
    check(await send(api, operation, request), request);
  });
  await fc.assert(property, {
    seed: seed + operations.indexOf(operation),
    numRuns: runsPerOperation / 2,
    endOnFailure: true,
  });
}

describe.concurrent('docs/openapi.json', () => {
  it.each(operations)('describes all responses of $method $path', { timeout: 120_000 }, async (operation) => {
    const fixture = await fixtureFor(operation);
    await sendAll(operation, fixture, validRequests(operation, fixture.known), (response) => {
      if (pathsOf(response).some((path) => stateful.includes(path))) return;
      expect(malformed, JSON.stringify(response.body)).not.toContain(response.problem?.code);
    });
    await sendAll(operation, fixture, unusualRequests(operation, fixture.known), (response, { isValid }) => {
      if (!isValid) expect(response.status).toBeGreaterThanOrEqual(400);
    });
  });
});
