import pLimit from 'p-limit';
import { DomainError } from '../errors.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import { type ConfirmDeps, confirmOrders, type Decision, type WritableOrder } from './confirm/confirm-orders.ts';
import type { Order, OrderIn } from './order.ts';
import type { OrderStore } from './order-store.ts';

export interface ProcessDeps extends ConfirmDeps {
  readonly orders: OrderStore;
  readonly clock: Clock;
}

export interface ProcessInput {
  /** Oldest first. Duplicates and orders that are not PENDING are skipped. */
  readonly orders: readonly Order[];
  /** In [0, 1): where the search for stock starts. Each worker keeps its own. */
  readonly shardOffset: number;
}

export interface ProcessResult {
  /** Number of orders that this call decided. */
  readonly decided: number;
  /** Orders that may still be PENDING, and why: call again with them. */
  readonly undecided: ReadonlyMap<string, unknown>;
}

/** Rejections are single writes, unlike confirmations. */
const parallelRejections = 32;

/**
 * Decides PENDING orders: confirms up to 99 with one transaction and rejects those that cannot be bought. After a failure,
 * it stores the decisions that it has reached and returns the other orders.
 *
 * Redelivery is harmless: every write requires that the order is still PENDING.
 */
export async function processOrders(deps: ProcessDeps, { orders, shardOffset }: ProcessInput): Promise<ProcessResult> {
  const pending = new Map(orders.flatMap((order) => (order.status === 'PENDING' ? [[order.id, order]] : [])));
  deps.metrics.batch(pending.size);
  const decisions = new Map<string, Decision<'decided'>>();
  const [confirming] = await Promise.allSettled([
    confirmOrders(deps, {
      orders: [...pending.values()].map((order) => writableOrder(deps, order)),
      optimistic: false,
      shardOffset,
      decisions,
    }),
  ]);
  const failure = confirming.status === 'rejected' ? confirming.reason : new DomainError('contention');
  const undecided = new Map<string, unknown>();
  let decided = 0;
  const limit = pLimit(parallelRejections);
  await Promise.all(
    [...pending].map(([id, order]) =>
      limit(async () => {
        const decision = decisions.get(id);
        if (decision === undefined) {
          undecided.set(id, failure);
          return;
        }
        try {
          if (await conclude(deps, order, decision)) decided++;
        } catch (error) {
          undecided.set(id, error);
        }
      }),
    ),
  );
  return { decided, undecided };
}

/** The order is confirmed at the prices it was accepted at, or rejected. */
const writableOrder = (
  { orders, clock }: ProcessDeps,
  { id, customer_id, currency, lines }: OrderIn<'PENDING'>,
): WritableOrder<'decided'> => ({
  id,
  customerId: customer_id,
  currency,
  lines: lines.map(({ product_id, quantity, unit_price }) => ({ product_id, quantity, unit_price })),
  writtenItems: [`order ${id}`],
  writes: ({ allocations, counted }) => [
    {
      action: orders.transitionAction(id, 'PENDING', {
        status: 'CONFIRMED',
        decided_at: toIso(clock.now()),
        allocations: allocations.map(({ product_id, shard, quantity }) => ({ product_id, shard, quantity })),
        counted: counted.map(({ product_id }) => product_id),
      }),
      failure: () => 'decided',
    },
  ],
});

/** Stores a rejection and emits metrics. @returns whether this call decided the order */
async function conclude(
  { orders, clock, metrics }: ProcessDeps,
  order: OrderIn<'PENDING'>,
  decision: Decision<'decided'>,
): Promise<boolean> {
  switch (decision.outcome) {
    case 'condition_failed':
      return false;
    case 'confirmed':
      metrics.confirmed(order.lines);
      break;
    case 'rejected': {
      const { reason, short } = decision;
      const isRejected = await orders.transition(order.id, 'PENDING', {
        status: 'REJECTED',
        decided_at: toIso(clock.now()),
        reason,
        short_lines: [...short],
      });
      if (!isRejected) return false;
      metrics.rejected(reason);
    }
  }
  metrics.age(order, clock.now());
  return true;
}
