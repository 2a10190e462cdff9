import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiResponse, Client } from '../../support/api-driver/client.ts';
import { pathsOf } from '../../support/api-driver/client.ts';
import { createFuzzFixtures, cursorOf, type FuzzFixture } from '../../support/openapi/fuzz-fixture.ts';
import { type Operation, operations } from '../../support/openapi/operations.ts';
import { type Request, unusualRequests, validRequests } from '../../support/openapi/requests.ts';

// Every reply is held against docs/openapi.json by the client itself, which throws.

const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const runsPerOperation = 100;
/** What the stored data decides: fewer shards than there are, a sum of lines that is too much. */
const stateful = ['stock_shards', 'items'];
const malformed = ['invalid_request', 'malformed_json', 'unsupported_media_type', 'body_too_large'];

let newStage: () => Promise<FuzzFixture>;
const seen = new Map<string, number>();

beforeAll(async () => {
  process.stdout.write(`fuzz of docs/openapi.json: FUZZ_SEED=${seed}\n`);
  newStage = await createFuzzFixtures();
});

afterAll(() => {
  const total = [...seen.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(`${total} requests, ${seen.size} kinds of replies\n`);
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

async function stageFor({ path, parameters }: Operation): Promise<FuzzFixture> {
  const stage = await newStage();
  if (!parameters.some(({ name }) => name === 'cursor')) return stage;
  const lister = stage.callers['the customer'];
  if (lister === undefined) throw new Error('nobody to list');
  const cursor = await cursorOf(lister, path);
  return { ...stage, known: (name) => (name === 'cursor' ? [cursor] : stage.known(name)) };
}

/** The ones who may, more often. */
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
  stage: FuzzFixture,
  requests: fc.Arbitrary<Request>,
  check: (response: ApiResponse, request: Request) => void,
) {
  const property = fc.asyncProperty(callersOf(stage), requests, async ({ api }, request) => {
    if (api === undefined) throw new Error('nobody to send it');
    if (operation.id === 'checkout') await stage.fillCart();
    check(await send(api, operation, request), request);
  });
  await fc.assert(property, {
    seed: seed + operations.indexOf(operation),
    numRuns: runsPerOperation / 2,
    endOnFailure: true,
  });
}

describe.concurrent('docs/openapi.json', () => {
  it.each(operations)('says how $method $path answers', { timeout: 120_000 }, async (operation) => {
    const stage = await stageFor(operation);
    await sendAll(operation, stage, validRequests(operation, stage.known), (response) => {
      if (pathsOf(response).some((path) => stateful.includes(path))) return;
      expect(malformed, JSON.stringify(response.body)).not.toContain(response.problem?.code);
    });
    await sendAll(operation, stage, unusualRequests(operation, stage.known), (response, { isValid }) => {
      if (!isValid) expect(response.status).toBeGreaterThanOrEqual(400);
    });
  });
});
