import { afterAll, expect, it } from 'vitest';
import { type Actor, checkOut, putInCart } from '../../support/api-driver/api-driver.ts';
import { awaitDecision, submit } from '../../support/api-driver/submitted-orders.ts';
import { until } from '../../support/services/processes.ts';
import { hasLogged } from '../deployment/function-log.ts';
import { revoke } from '../deployment/roles.ts';
import type { OpenShop } from './shop.ts';

/** Sweeps run once a minute and leave orders alone for a minute. */
const sweptWithinMs = 150_000;

interface UnfinishedWork {
  readonly since: number;
  readonly guest: Actor;
  readonly orderId: string;
  readonly productId: string;
}

/**
 * Work that functions leave behind because a permission is missing, and that the schedules finish. Declare `leave` early
 * and `finish` late, because a sweep takes up to two minutes. Nothing between them may need the worker.
 */
export function sweepSteps(stage: string, openShop: OpenShop): { leave(): void; finish(): void } {
  let work: UnfinishedWork | undefined;
  let restoreWorker = async () => {};

  const leave = () => {
    it('the worker leaves an order PENDING, and an update leaves stock shards behind', async () => {
      const shop = await openShop();
      const guest = await shop.guest();
      const { id: productId } = await shop.product();
      const since = Date.now();
      restoreWorker = await revoke({ stage, of: 'processOrders', action: 'dynamodb:UpdateItem', on: 'orders' });
      const { id: orderId } = await submit(guest, (await shop.product()).id);
      const restore = await revoke({ stage, of: 'updateProduct', action: 'dynamodb:UpdateItem', on: 'stock' });
      await expect(shop.change(productId, { price: 2_000 }))
        .rejects.toThrow('500')
        .finally(restore);
      work = { since, guest, orderId, productId };
    });
  };

  const finish = () => {
    const unfinished = (): UnfinishedWork => {
      if (work === undefined) throw new Error('No work was left');
      return work;
    };

    it('the schedule of sweepProducts propagates the update', async () => {
      const { since, guest, productId } = unfinished();
      await until(() => hasLogged(stage, since, 'sweepProducts', 'PRODUCT_CHANGES_SWEPT'), sweptWithinMs);
      await putInCart(guest, productId, 1);
      expect((await checkOut(guest)).total).toBe(2_000);
    });

    it('the schedule of sweepOrders decides the order', { timeout: sweptWithinMs + 10_000 }, async () => {
      const { since, guest, orderId } = unfinished();
      expect((await awaitDecision(guest, orderId, sweptWithinMs)).status).toBe('CONFIRMED');
      expect(await hasLogged(stage, since, 'sweepOrders', 'PENDING_ORDERS_SWEPT')).toBe(true);
    });

    afterAll(() => restoreWorker());
  };

  return { leave, finish };
}
