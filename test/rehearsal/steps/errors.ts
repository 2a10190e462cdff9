import { beforeAll, describe, expect, it } from 'vitest';
import { problems } from '../../../lib/http/problem.ts';
import { outcomeOf } from '../../support/api-driver/client.ts';
import { ownRequests, provoke, provokedErrors } from '../../support/api-driver/documented-errors.ts';
import { createOperationFixture, type OperationFixture } from '../../support/api-driver/operation-requests.ts';
import type { OpenShop } from './shop.ts';

/** Every documented error code of every operation, except those that need a fault. */
export function errorSteps(openShop: OpenShop): void {
  describe('documented error codes', () => {
    let shared: OperationFixture;
    beforeAll(async () => {
      const shop = await openShop();
      shared = await createOperationFixture(shop, await shop.guest());
    });

    it.each(provokedErrors)('$route returns $code', async (error) => {
      // Other requests change nothing.
      const changes = `${error.operation} ${error.code}` in ownRequests;
      const { shop, registered } = shared;
      const fixture = changes ? await createOperationFixture(shop, await shop.guest(), registered) : shared;
      const response = await provoke(error, fixture);
      expect(outcomeOf(response)).toEqual({ status: problems[error.code].status, code: error.code });
    });
  });
}
