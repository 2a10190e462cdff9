import { beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createLocalShop } from '../../support/api-driver/api-driver.ts';
import type { Client } from '../../support/api-driver/client.ts';
import {
  bodyWith,
  clientFor,
  createOperationFixture,
  type OperationFixture,
  operationOf,
  send,
} from '../../support/api-driver/operation-requests.ts';
import { byRoute, leavesOf, requestParts } from '../../support/openapi/contracts.ts';

/** Start, repeated part and end of texts that make a backtracking pattern try every split. */
const pumps: readonly (readonly [string, string, string])[] = [
  ['', 'a', '!'],
  ['', 'a', '@'],
  ['a@', 'a.', '!'],
  ['a@', 'a', '.'],
  ['', 'a.', '@'],
  ['', '.', 'a'],
  ['a@', 'a-', '!'],
  ['', 'a@', ''],
  ['', '0', 'x'],
  ['', '-', ''],
  ['x', ' ', 'x'],
  ['x', '\t', '!'],
  ['"1.', 'a', ''],
  ['"', '1', ''],
  ['"1.', '"', 'x'],
  ['Bearer ', 'a ', ''],
  ['Bearer', ' ', 'x y'],
  ['', 'Bearer ', 'x'],
  ['', 'a', ' x'],
  ['', '0', ' x'],
  ['', '-', ' x'],
  ['', 'a ', ', x'],
  ['', 'a.', ''],
  ['', '_A-', '='],
  ['', '[', ''],
  ['', '0123abcd-', ''],
  ['', '\\', '"'],
];
/**
 * Node.js accepts 16 KB of headers and path (an encoded `!` has three characters) and the service 64 KB of
 * body.
 */
const charactersIn = { params: 4_500, query: 4_500, headers: 10_000, body: 30_000 };

const fill = ([start, pumped, end]: (typeof pumps)[number], length: number): string =>
  start + pumped.repeat(Math.floor((length - start.length - end.length) / pumped.length)) + end;

let fixture: OperationFixture;
beforeAll(async () => {
  const shop = await createLocalShop();
  fixture = await createOperationFixture(shop, await shop.guest());
});

const texts = byRoute.flatMap(({ route, request }) =>
  requestParts.flatMap((part) =>
    leavesOf(request[part])
      .filter(({ schema }) => schema instanceof z.core.$ZodString)
      .map((leaf) => ({ route, part, ...leaf })),
  ),
);
const fields = [
  // Each schema once per part of the request.
  ...texts.filter(
    ({ part, schema }, index) => texts.findIndex((other) => other.part === part && other.schema === schema) === index,
  ),
  { route: 'GET /order', part: 'headers', path: 'authorization' } as const,
  { route: 'GET /product', part: 'headers', path: 'if-none-match' } as const,
  { route: 'GET /product', part: 'headers', path: 'accept-encoding' } as const,
];

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

const maxAttempts = 20;
/** A request takes a few milliseconds; a quadratic pattern takes over a hundred for 10,000 characters. */
const factor = 25;

const requestOf = (api: Client, { route, part, path }: (typeof fields)[number], value: string) =>
  part === 'body'
    ? send(api, route, fixture, { text: bodyWith(route, fixture, path.split('.'), JSON.stringify(value)) })
    : send(api, route, fixture, { [part]: { [path]: value } });

it.each(fields)('$route takes no longer for a hostile $path in the $part', async (field) => {
  const api = clientFor(operationOf(field.route), fixture);
  const length = charactersIn[field.part];
  // As long, but rejected at the first character.
  const plain = Math.min(...(await inTurn(5, () => timeOf(() => requestOf(api, field, '!'.repeat(length))))));
  for (const pump of pumps) {
    const times: number[] = [];
    // Other load delays single requests; a slow pattern delays all of them.
    do times.push(await timeOf(() => requestOf(api, field, fill(pump, length))));
    while (Math.min(...times) > factor * plain && times.length < maxAttempts);
    const quickest = Math.min(...times);
    expect(quickest / plain, `${pump.join('…')}: ${quickest} ms, plain text: ${plain} ms`).toBeLessThan(factor);
  }
});

async function inTurn<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  while (results.length < count) results.push(await act());
  return results;
}

it('the tests above cover every text field', () => {
  expect(texts.length).toBeGreaterThan(25);
  expect(fields.length).toBeGreaterThan(15);
});
