import pLimit from 'p-limit';
import { toIso } from '../platform/clock.ts';
import type { Order } from './order.ts';
import { allPendingBuckets, type OrderPosition } from './order-store.ts';
import { type ProcessDeps, processOrders } from './process-orders.ts';

/** Younger orders are still the worker's. */
const minAgeMs = 60_000;

/** Of each bucket of the index at a time: some thousand orders in all, decided in groups as the worker does. */
const pageSize = 10;

/** Buckets that are read side by side. */
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
 * @param deadline milliseconds since the epoch after which no further round is begun
 */
export async function sweepOrders(deps: ProcessDeps, deadline: number): Promise<SweepResult> {
  const before = toIso(deps.clock.now() - minAgeMs);
  const limit = pLimit(bucketsAtOnce);
  const result: SweepResult = { decided: 0, failures: [] };
  let open = allPendingBuckets.map((bucket): { bucket: string; after?: OrderPosition } => ({ bucket }));
  while (open.length > 0 && deps.clock.now() < deadline) {
    const pages = await Promise.all(
      open.map(({ bucket, after }) =>
        limit(async () => ({ bucket, page: await deps.orders.listPending(bucket, before, pageSize, after) })),
      ),
    );
    const positions = pages.flatMap(({ page }) => page);
    positions.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    await decide(deps, await deps.orders.getAll(positions.map(({ id }) => id)), deadline, result);
    open = pages.flatMap(({ bucket, page }) => {
      const after = page.length === pageSize ? page.at(-1) : undefined;
      return after === undefined ? [] : [{ bucket, after }];
    });
  }
  return result;
}

async function decide(deps: ProcessDeps, orders: readonly Order[], deadline: number, result: SweepResult) {
  try {
    result.decided += await processOrders(deps, orders, Math.random());
    return;
  } catch {
    // One order that cannot be decided must not keep the others waiting: each by itself, errors and all.
  }
  for (const order of orders) {
    if (deps.clock.now() >= deadline) return;
    try {
      result.decided += await processOrders(deps, [order], Math.random());
    } catch (error) {
      result.failures.push(error);
    }
  }
}
