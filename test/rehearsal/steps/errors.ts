import { beforeAll, describe, expect, it } from 'vitest';
import { problems } from '../../../lib/http/problem.ts';
import { outcomeOf } from '../../support/api-driver/client.ts';
import { provoke, provokedErrors } from '../../support/api-driver/documented-errors.ts';
import { createOperationFixture, type OperationFixture } from '../../support/api-driver/operation-requests.ts';
import type { OpenShop } from './shop.ts';

/** Every documented error code of every operation, except those that need a fault. */
export function errorSteps(openShop: OpenShop): void {
  describe('documented error codes', () => {
    let registered: OperationFixture['registered'];
    beforeAll(async () => {
      const shop = await openShop();
      registered = (await createOperationFixture(shop, await shop.guest())).registered;
    });

    it.each(provokedErrors)('$route returns $code', async (error) => {
      const shop = await openShop();
      const response = await provoke(error, await createOperationFixture(shop, await shop.guest(), registered));
      expect(outcomeOf(response)).toEqual({ status: problems[error.code].status, code: error.code });
    });
  });
}
