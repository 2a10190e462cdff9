import { DomainError } from '../errors.ts';
import { isServiceUnavailable } from '../platform/aws-errors.ts';
import { backoff } from '../platform/backoff.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { type TransactionWrite, transact } from '../platform/transaction.ts';
import type { ProductStores } from '../products/product-stores.ts';
import type { Order } from './order.ts';
import type { OrderMetrics } from './order-metrics.ts';
import type { OrderStore } from './order-store.ts';
import type { PurchaseStore } from './purchase-store.ts';
import { type Caller, readOrder } from './read-order.ts';
import { contentionError } from './rejection-error.ts';

export interface CancelDeps extends ProductStores {
  readonly orders: OrderStore;
  readonly purchases: PurchaseStore;
  readonly metrics: Pick<OrderMetrics, 'cancelled'>;
  readonly clock: Clock;
}

/** Some five seconds when all of them meet conflicts. */
const maxAttempts = 16;

/**
 * Cancels an order. A CONFIRMED one gives all its units and its share of purchase limits back in the same
 * transaction, exactly once however many cancel it; a PENDING one just ends, whatever its worker is at.
 *
 * @throws {DomainError} `order_not_found`, `forbidden`, `order_not_cancellable`, `contention`
 */
export async function cancelOrder(deps: CancelDeps, id: string, viewer: Caller): Promise<Order> {
  /** Marks what this call has done, so that it knows its own work when a reply was lost. */
  const cancellation = newId();
  let outages = 0;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const order = await readOrder(deps.orders, id, viewer);
    if (order.cancellation === cancellation) return order;
    if (order.status !== 'PENDING' && order.status !== 'CONFIRMED')
      throw new DomainError('order_not_cancellable');
    const decided_at = toIso(deps.clock.now());
    try {
      const cancelled =
        order.status === 'PENDING'
          ? await deps.orders.cancelPending(id, cancellation, decided_at)
          : await giveBack(deps, order, cancellation, decided_at);
      if (cancelled) {
        deps.metrics.cancelled();
        return { ...order, status: 'CANCELLED', decided_at };
      }
    } catch (error) {
      // One more look tells whether it happened; then the caller had better try again.
      if (!isServiceUnavailable(error) || outages++ > 0) throw error;
    }
    await backoff(attempt);
  }
  throw contentionError();
}

/** @returns whether it happened: not, when the order was cancelled elsewhere or something was busy */
async function giveBack(
  { documents, orders, purchases, stock }: CancelDeps,
  order: Order,
  cancellation: string,
  decided_at: string,
): Promise<boolean> {
  const counted = order.lines.filter(({ product_id }) => order.counted.includes(product_id));
  const items = [
    orders.cancelAction(order.id, cancellation, decided_at),
    ...stock.releaseActions(order.allocations),
    ...(counted.length === 0 ? [] : [purchases.uncountAction(order.customer_id, counted)]),
  ];
  const writes = items.map((item): TransactionWrite<'refused'> => ({ item, failure: () => 'refused' }));
  return (await transact(documents, writes)).committed;
}
