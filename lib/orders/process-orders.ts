import pLimit from 'p-limit';
import { DomainError } from '../errors.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import {
  type ConfirmDeps,
  confirmOrders,
  type Decision,
  type WritableOrder,
} from './confirm/confirm-orders.ts';
import type { Order } from './order.ts';
import type { OrderStore } from './order-store.ts';

export interface ProcessDeps extends ConfirmDeps {
  readonly orders: OrderStore;
  readonly clock: Clock;
}

/** Rejections are single writes, this many at a time. */
const rejectionsAtOnce = 32;

/**
 * Decides PENDING orders: confirms them in groups, one transaction for up to 99, or rejects them. Every
 * write is conditional on PENDING, so orders that come again, or that were decided elsewhere, are left as
 * they are.
 *
 * @param orders in arrival order; one that comes twice counts once
 * @param shardOffset where the search for stock begins; a worker of its own keeps a lane of its own
 * @param tally counts the orders that this call decides, also when it throws in the end
 * @returns how many orders this call has decided
 * @throws {DomainError} `contention` when some could not be decided: call again with the same orders
 */
export async function processOrders(
  deps: ProcessDeps,
  orders: readonly Order[],
  shardOffset: number,
  tally = { decided: 0 },
): Promise<number> {
  const before = tally.decided;
  const pending = new Map(
    orders.filter(({ status }) => status === 'PENDING').map((order) => [order.id, order]),
  );
  deps.metrics.batch(pending.size);
  const openOrders = [...pending.values()].map((order) => openOrderOf(deps, order));
  const decisions = new Map<string, Decision<'decided'>>();
  const [committed] = await Promise.allSettled([
    confirmOrders(deps, openOrders, { optimistic: false, shardOffset, decisions }),
  ]);
  const limit = pLimit(rejectionsAtOnce);
  const results = await Promise.allSettled(
    [...decisions].map(([id, decision]) =>
      limit(async () => {
        if (await conclude(deps, pending.get(id), decision)) tally.decided++;
      }),
    ),
  );
  const failed = [committed, ...results].find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  if (decisions.size < pending.size) throw new DomainError('contention');
  return tally.decided - before;
}

/** The prices that the order was accepted at are the prices it pays, or it is rejected. */
const openOrderOf = ({ orders, clock }: ProcessDeps, order: Order): WritableOrder<'decided'> => ({
  id: order.id,
  customer_id: order.customer_id,
  lines: order.lines.map(({ product_id, quantity, unit_price }) => ({ product_id, quantity, unit_price })),
  writtenItems: [`order ${order.id}`],
  writes: ({ allocations, counted }) => [
    {
      item: orders.confirmAction(
        order.id,
        allocations.map(({ product_id, shard, quantity }) => ({ product_id, shard, quantity })),
        counted.map(({ product_id }) => product_id),
        toIso(clock.now()),
      ),
      failure: () => 'decided',
    },
  ],
});

/** @returns whether the order was decided here */
async function conclude(
  { orders, clock, metrics }: ProcessDeps,
  order: Order | undefined,
  decision: Decision<'decided'>,
): Promise<boolean> {
  if (order === undefined || decision.outcome === 'condition_failed') return false;
  if (decision.outcome === 'confirmed') {
    metrics.confirmed(order.lines);
  } else {
    const rejection = { reason: decision.reason, short_lines: decision.short };
    if (!(await orders.reject(order.id, rejection, toIso(clock.now())))) return false;
    metrics.rejected(decision.reason);
  }
  metrics.age(order, clock.now());
  return true;
}
