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
  /** Orders that stay PENDING, and what went wrong; they come up again. */
  readonly failures: { readonly id: string; readonly error: unknown }[];
  /** Whether all that was old enough has been looked at: not, when time was up before. */
  complete: boolean;
  /** Of the oldest order that was found, 0 for none; undefined when there was no time to look. */
  oldestAgeMs: number | undefined;
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
  const result: SweepResult = { decided: 0, failures: [], complete: true, oldestAgeMs: undefined };
  let open = allPendingBuckets.map((bucket): { bucket: string; after?: OrderPosition } => ({ bucket }));
  while (open.length > 0 && deps.clock.now() < deadline) {
    const pages = await Promise.all(
      open.map(({ bucket, after }) =>
        limit(async () => ({ bucket, page: await deps.orders.listPending(bucket, before, pageSize, after) })),
      ),
    );
    const positions = pages.flatMap(({ page }) => page);
    positions.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    result.oldestAgeMs ??= ageOf(positions, deps.clock.now());
    const ids = positions.map(({ id }) => id);
    await decide(deps, ids, deadline, result);
    open = pages.flatMap(({ bucket, page }) => {
      const after = page.length === pageSize ? page.at(-1) : undefined;
      return after === undefined ? [] : [{ bucket, after }];
    });
  }
  if (open.length > 0) result.complete = false;
  return result;
}

/** Of the first position that tells a time. */
function ageOf(positions: readonly OrderPosition[], now: number): number {
  const times = positions.map(({ created_at }) => Date.parse(created_at));
  return now - (times.find((time) => !Number.isNaN(time)) ?? now);
}

async function decide(deps: ProcessDeps, ids: readonly string[], deadline: number, result: SweepResult) {
  try {
    const { orders, unreadable } = await deps.orders.getAll(ids);
    result.failures.push(...unreadable);
    await decideTogether(deps, orders, deadline, result);
  } catch (error) {
    result.failures.push(...ids.map((id) => ({ id, error })));
  }
}

async function decideTogether(
  deps: ProcessDeps,
  orders: readonly Order[],
  deadline: number,
  result: SweepResult,
) {
  try {
    await processOrders(deps, orders, Math.random(), result);
    return;
  } catch {
    // One order that cannot be decided must not keep the others waiting: each by itself, errors and all.
  }
  for (const { id } of orders) {
    if (deps.clock.now() >= deadline) {
      result.complete = false;
      return;
    }
    try {
      await processOrders(deps, (await deps.orders.getAll([id])).orders, Math.random(), result);
    } catch (error) {
      result.failures.push({ id, error });
    }
  }
}
