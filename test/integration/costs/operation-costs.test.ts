import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contextOf } from '../../support/fixtures/domain-builders.ts';
import { type Functions, openFunctions } from './in-process-functions.ts';
import { countSteps, interceptRequests, recordCommands } from './intercept-sdk.ts';
import { batchSize, prepareOperations } from './operations.ts';
import { createMeter, type WriteUnits } from './write-units.ts';

let functions: Functions;
let operations: Awaited<ReturnType<typeof prepareOperations>>;
let measure: Awaited<ReturnType<typeof createMeter>>;
beforeAll(async () => {
  functions = await openFunctions();
  operations = await prepareOperations(functions);
  measure = await createMeter(functions.client, functions.prefix);
});
afterAll(() => functions.stop());

/** Counts the requests to DynamoDB, those that wait for an earlier one, and the write units. */
async function costOf(run: () => Promise<unknown>) {
  let requests = 0;
  const spent: WriteUnits[] = [];
  const stop = interceptRequests(async (request, send) => {
    requests += 1;
    const measured = await measure(request, send);
    spent.push(...measured.spent);
    return measured.response;
  });
  try {
    const inSequence = countSteps(await recordCommands(run));
    const isLimit = ({ table }: WriteUnits) => table.endsWith('-rate_limits');
    const sum = (of: (one: WriteUnits) => number) => spent.reduce((total, one) => total + of(one), 0);
    return {
      requests,
      inSequence,
      units: sum((one) => (isLimit(one) ? 0 : one.units)),
      indexUnits: sum((one) => one.indexUnits),
      limitUnits: sum((one) => (isLimit(one) ? one.units : 0)),
    };
  } finally {
    stop();
  }
}

// docs/benchmarks.md explains these numbers. A higher number here raises the AWS bill of every deployment.
const expected = {
  health: [1, 1, 0, 0, 0],
  listProducts: [0, 0, 0, 0, 0],
  getProduct: [1, 1, 0, 0, 0],
  getProductTotal: [1, 1, 0, 0, 0],
  getCart: [2, 2, 0, 0, 0],
  addToCart: [3, 3, 1, 0, 0],
  removeFromCart: [1, 1, 1, 0, 0],
  checkout: [3, 2, 6, 1, 1],
  submitOrder: [3, 3, 1, 2, 1],
  getOrder: [1, 1, 0, 0, 0],
  listOrders: [2, 2, 0, 0, 0],
  cancelOrder: [2, 2, 4, 0, 0],
  addCustomer: [2, 2, 1, 0, 1],
  register: [6, 5, 4, 0, 5],
  login: [7, 6, 0, 0, 5],
  createProduct: [1, 1, 34, 1, 0],
  addStock: [3, 3, 4, 0, 0],
  updateProduct: [20, 6, 18, 4, 0],
  deleteProduct: [20, 6, 18, 3, 0],
} as const;

describe('a warm function', () => {
  it('covers every operation', () => {
    expect(Object.keys(operations.prepare)).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))(
    '%s costs %j (requests, in sequence, write units, index units, rate limit units)',
    async (name, [requests, inSequence, units, indexUnits, limitUnits]) => {
      const prepare = operations.prepare[name];
      if (prepare === undefined) throw new Error(`no request for ${name}`);
      await functions.invoke(name, await prepare());
      const request = await prepare();
      expect(await costOf(() => functions.invoke(name, request))).toEqual({
        requests,
        inSequence,
        units,
        indexUnits,
        limitUnits,
      });
    },
  );

  it(`processOrders confirms ${batchSize} orders in one transaction`, async () => {
    const worker = await functions.load('processOrders');
    const batch = await operations.batch();
    expect(await costOf(() => worker(batch, contextOf()))).toEqual({
      // Two reads find the product and its stock.
      requests: 3,
      inSequence: 3,
      units: 2 * (batchSize + 1),
      indexUnits: batchSize,
      limitUnits: 0,
    });
  });
});
