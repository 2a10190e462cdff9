import { DomainError } from '../errors.ts';
import { backoff } from '../platform/backoff.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import { isOutage } from '../platform/outage.ts';
import { type TransactionWrite, transact } from '../platform/transaction.ts';
import type { ProductStores } from '../products/product-stores.ts';
import type { Order } from './order.ts';
import type { OrderMetrics } from './order-metrics.ts';
import type { OrderStore } from './order-store.ts';
import type { PurchaseStore } from './purchase-store.ts';
import { readOrder, type Viewer } from './read-order.ts';
import { contention } from './refusal.ts';

export interface CancelDeps extends ProductStores {
  readonly orders: OrderStore;
  readonly purchases: PurchaseStore;
  readonly metrics: Pick<OrderMetrics, 'cancelled'>;
  readonly clock: Clock;
}

const maxAttempts = 16;

/**
 * Cancels an order. A CONFIRMED one gives all its units and its share of purchase limits back in the same
 * transaction, exactly once however many cancel it; a PENDING one just ends, whatever its worker is at.
 *
 * @throws {DomainError} `order_not_found`, `forbidden`, `order_not_cancellable`, `contention`
 */
export async function cancelOrder(deps: CancelDeps, id: string, viewer: Viewer): Promise<Order> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const order = await readOrder(deps.orders, id, viewer);
    const decided_at = toIso(deps.clock.now());
    if (order.status !== 'PENDING' && order.status !== 'CONFIRMED')
      throw new DomainError('order_not_cancellable');
    const cancelled =
      order.status === 'PENDING'
        ? await deps.orders.cancelPending(id, decided_at)
        : await giveBack(deps, order, decided_at);
    if (cancelled) {
      deps.metrics.cancelled();
      return { ...order, status: 'CANCELLED', decided_at };
    }
    await backoff(attempt);
  }
  throw contention();
}

/** @returns whether it happened: not, when the order was cancelled elsewhere or something was busy */
async function giveBack(deps: CancelDeps, order: Order, decided_at: string): Promise<boolean> {
  const { documents, orders, purchases, stock } = deps;
  const quantities = new Map(order.lines.map(({ product_id, quantity }) => [product_id, quantity]));
  const items = [
    orders.cancelEntry(order.id, decided_at),
    ...order.takes.map(({ product_id, shard, quantity }) => stock.giveBackEntry(product_id, shard, quantity)),
    ...order.counted.map((product_id) =>
      purchases.uncountEntry(order.customer_id, product_id, quantities.get(product_id) ?? 0),
    ),
  ];
  const writes = items.map((item): TransactionWrite<'refused'> => ({ item, refused: () => 'refused' }));
  try {
    return (await transact(documents, writes)).committed;
  } catch (error) {
    // The reply was lost: the order tells whether this cancellation, by its very moment, was made.
    const now = isOutage(error) ? await orders.get(order.id) : undefined;
    if (now?.status === 'CANCELLED' && now.decided_at === decided_at) return true;
    throw error;
  }
}
