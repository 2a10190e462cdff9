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

/** Beginnings, what is repeated, and ends on which a pattern that backtracks tries every way to part the rest. */
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
/** Node.js takes 16 KB of headers and path, where `!` takes three; a body may have twice as much as here. */
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
  // Once for each schema in each part: an id is an id in whichever path it stands.
  ...texts.filter(
    ({ part, schema }, index) =>
      texts.findIndex((other) => other.part === part && other.schema === schema) === index,
  ),
  { route: 'GET /order', part: 'headers', path: 'authorization' } as const,
  { route: 'GET /product', part: 'headers', path: 'if-none-match' } as const,
  { route: 'GET /product', part: 'headers', path: 'accept-encoding' } as const,
];

async function timeOf(ask: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await ask();
  return performance.now() - start;
}

const tries = 20;
/** A request takes some milliseconds, and 10,000 characters through a quadratic pattern some hundred. */
const factor = 25;

const requestOf = (api: Client, { route, part, path }: (typeof fields)[number], value: string) =>
  part === 'body'
    ? send(api, route, fixture, { text: bodyWith(route, fixture, path.split('.'), JSON.stringify(value)) })
    : send(api, route, fixture, { [part]: { [path]: value } });

it.each(fields)('$path in the $part of $route takes no longer for text made to be slow', async (field) => {
  const api = clientFor(operationOf(field.route), fixture);
  const length = charactersIn[field.part];
  // As long, and refused at the first character by every pattern.
  const plain = Math.min(...(await inTurn(5, () => timeOf(() => requestOf(api, field, '!'.repeat(length))))));
  for (const pump of pumps) {
    const times: number[] = [];
    // What the machine does beside it delays one request; a slow pattern delays every one.
    do times.push(await timeOf(() => requestOf(api, field, fill(pump, length))));
    while (Math.min(...times) > factor * plain && times.length < tries);
    const quickest = Math.min(...times);
    expect(quickest / plain, `${pump.join('…')}: ${quickest} ms, plain text: ${plain} ms`).toBeLessThan(
      factor,
    );
  }
});

async function inTurn<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  while (results.length < count) results.push(await act());
  return results;
}

it('every text in every request was tried', () => {
  expect(texts.length).toBeGreaterThan(25);
  expect(fields.length).toBeGreaterThan(15);
});
