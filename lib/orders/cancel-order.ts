import { DomainError } from '../errors.ts';
import { isServiceUnavailable } from '../platform/aws-errors.ts';
import { backoff } from '../platform/backoff.ts';
import type { Caller } from '../platform/caller.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { type TransactionWrite, transact } from '../platform/transaction.ts';
import type { ProductStores } from '../products/product-deps.ts';
import type { OrderIn, StatusFields } from './order.ts';
import type { OrderMetrics } from './order-metrics.ts';
import type { OrderStore } from './order-store.ts';
import type { PurchaseStore } from './purchase-store.ts';
import { readOrder } from './read-order.ts';
import { contentionError } from './rejection-error.ts';

export interface CancelDeps extends ProductStores {
  readonly orders: OrderStore;
  readonly purchases: PurchaseStore;
  readonly metrics: Pick<OrderMetrics, 'cancelled'>;
  readonly clock: Clock;
}

/** About five seconds if every attempt ends with a conflict. */
const maxAttempts = 16;

/**
 * Cancels a PENDING or CONFIRMED order exactly once, however many calls compete.
 *
 * One transaction cancels a CONFIRMED order, releases its units and reduces the customer's purchases. A PENDING order is
 * marked CANCELLED even if the worker is processing it: only one of the two writes succeeds.
 *
 * @throws {DomainError} `order_not_found`, `forbidden`, `order_not_cancellable`, `contention`
 */
export async function cancelOrder(
  deps: CancelDeps,
  input: { readonly orderId: string; readonly caller: Caller },
): Promise<OrderIn<'CANCELLED'>> {
  /** Stored with the order, so that this call recognises its own write after a lost response. */
  const cancellation = newId();
  let outages = 0;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const order = await readOrder(deps, input);
    if (order.status === 'CANCELLED' && order.cancellation === cancellation) return order;
    if (order.status !== 'PENDING' && order.status !== 'CONFIRMED') throw new DomainError('order_not_cancellable');
    const cancelled = { status: 'CANCELLED', cancellation, decided_at: toIso(deps.clock.now()) } as const;
    try {
      const isCancelled =
        order.status === 'PENDING'
          ? await deps.orders.transition(order.id, 'PENDING', cancelled)
          : await cancelAndRelease(deps, order, cancelled);
      if (isCancelled) {
        deps.metrics.cancelled();
        return { ...order, ...cancelled };
      }
    } catch (error) {
      // Read once more to see whether the write went through. After a second failure the caller must retry.
      if (!isServiceUnavailable(error) || outages++ > 0) throw error;
    }
    await backoff(attempt);
  }
  throw contentionError();
}

/** @returns false after a conflict, or if the order was cancelled by another call */
async function cancelAndRelease(
  { documents, orders, purchases, stock }: CancelDeps,
  order: OrderIn<'CONFIRMED'>,
  cancelled: StatusFields<'CANCELLED'>,
): Promise<boolean> {
  const { customer_id, lines, allocations, counted } = order;
  const countedLines = lines.filter(({ product_id }) => counted.includes(product_id));
  const actions = [
    orders.cancelAction(order, cancelled),
    ...stock.releaseActions(allocations),
    ...(countedLines.length === 0 ? [] : [purchases.uncountAction(customer_id, countedLines)]),
  ];
  const writes = actions.map((action): TransactionWrite<'failed'> => ({ action, failure: () => 'failed' }));
  return (await transact(documents, writes)).committed;
}
