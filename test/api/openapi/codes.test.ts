import { beforeAll, describe, expect, it } from 'vitest';
import { problems } from '../../../lib/http/problem.ts';
import { type ApiShop, createLocalShop } from '../../support/api-driver/api-driver.ts';
import { devClient, outcomeOf } from '../../support/api-driver/client.ts';
import { ownRequests, provoke, provokedErrors } from '../../support/api-driver/documented-errors.ts';
import { createOperationFixture, type OperationFixture } from '../../support/api-driver/operation-requests.ts';

let shop: ApiShop;
let registered: OperationFixture['registered'];
beforeAll(async () => {
  shop = await createLocalShop();
  registered = (await createOperationFixture(shop, await shop.guest())).registered;
});

describe.concurrent('documented error codes', () => {
  it.each(provokedErrors)('$route returns $code', async (error) => {
    const fixture = await createOperationFixture(shop, await shop.guest(), registered);
    // On stage `local`, anyone may register as ADMIN.
    const isOpen = error.operation === 'register' && error.code === 'forbidden';
    const response = await provoke(error, isOpen ? { ...fixture, shop: { ...shop, anyone: devClient() } } : fixture);
    expect(outcomeOf(response)).toEqual({ status: problems[error.code].status, code: error.code });
  });

  it('are all provoked, and no request is unused', () => {
    const names = new Set(provokedErrors.map(({ operation, code }) => `${operation} ${code}`));
    expect(Object.keys(ownRequests).filter((name) => !names.has(name))).toEqual([]);
    expect(provokedErrors.length).toBeGreaterThan(90);
  });
});
