import { toIso } from '../platform/clock.ts';
import type { Order } from './order.ts';
import { allPendingBuckets, type OrderPosition } from './order-store.ts';
import { type ProcessDeps, processOrders } from './process-orders.ts';

/** Younger orders are still the worker's. */
const minAgeMs = 60_000;

/** Orders that are read and decided together. */
const pageSize = 100;

/** Buckets that are looked at side by side. */
const bucketsAtOnce = 16;

export interface SweepResult {
  decided: number;
  /** What went wrong for orders that stay PENDING; they come up again. */
  readonly failures: unknown[];
}

/**
 * Decides orders that are PENDING for more than a minute, whatever became of their worker. It stops when
 * none is left or when time is up; the next sweep goes on.
 *
 * @param deadline milliseconds since the epoch after which no further page is begun
 */
export async function sweepOrders(deps: ProcessDeps, deadline: number): Promise<SweepResult> {
  const result: SweepResult = { decided: 0, failures: [] };
  const buckets = [...allPendingBuckets];
  const sweepers = Array.from({ length: bucketsAtOnce }, async () => {
    for (let bucket = buckets.pop(); bucket !== undefined; bucket = buckets.pop()) {
      await sweepBucket(deps, bucket, deadline, result);
    }
  });
  await Promise.all(sweepers);
  return result;
}

async function sweepBucket(
  deps: ProcessDeps,
  bucket: string,
  deadline: number,
  result: SweepResult,
): Promise<void> {
  const before = toIso(deps.clock.now() - minAgeMs);
  let after: OrderPosition | undefined;
  do {
    const page = await deps.orders.listPending(bucket, before, pageSize, after);
    after = page.length < pageSize ? undefined : page.at(-1);
    const orders = await deps.orders.getAll(page.map(({ id }) => id));
    try {
      result.decided += await processOrders(deps, orders, Math.random());
    } catch {
      // One order that cannot be decided must not keep the others of its page waiting: each by itself.
      await sweepSingly(deps, orders, deadline, result);
    }
  } while (after !== undefined && deps.clock.now() < deadline);
}

async function sweepSingly(
  deps: ProcessDeps,
  orders: readonly Order[],
  deadline: number,
  result: SweepResult,
) {
  for (const order of orders) {
    if (deps.clock.now() >= deadline) return;
    try {
      result.decided += await processOrders(deps, [order], Math.random());
    } catch (error) {
      result.failures.push(error);
    }
  }
}
