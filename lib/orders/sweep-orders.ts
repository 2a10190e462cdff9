import pLimit from 'p-limit';
import { toIso } from '../platform/clock.ts';
import type { Order } from './order.ts';
import { allPendingBuckets, type OrderPosition } from './order-store.ts';
import { type ProcessDeps, processOrders } from './process-orders.ts';

/** Younger orders are left to the worker. */
const minAgeMs = 60_000;

/** Orders per bucket and round: with 128 buckets at most 1,280 per round. */
const pageSize = 10;

const parallelReads = 16;

export interface SweepResult {
  decided: number;
  /** Orders that stay PENDING and why. The next sweep tries them again. */
  readonly failures: { readonly id: string; readonly error: unknown }[];
  /** False if the deadline passed before all orders were tried. */
  complete: boolean;
  /** Age of the oldest PENDING order; 0 without one. Undefined if the deadline passed before the first read. */
  oldestAgeMs: number | undefined;
}

/**
 * Decides orders that have been PENDING for more than a minute, for example because their worker crashed.
 *
 * @param deadline milliseconds since the epoch after which no new round starts
 */
export async function sweepOrders(
  deps: ProcessDeps,
  { deadline }: { readonly deadline: number },
): Promise<SweepResult> {
  const before = toIso(deps.clock.now() - minAgeMs);
  const limit = pLimit(parallelReads);
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
    result.oldestAgeMs ??= oldestAge(positions, deps.clock.now());
    await decideRound(
      deps,
      positions.map(({ id }) => id),
      deadline,
      result,
    );
    open = pages.flatMap(({ bucket, page }) => {
      const after = page.length === pageSize ? page.at(-1) : undefined;
      return after === undefined ? [] : [{ bucket, after }];
    });
  }
  if (open.length > 0) result.complete = false;
  return result;
}

/** @param positions oldest first; those without a valid time are skipped */
function oldestAge(positions: readonly OrderPosition[], now: number): number {
  const times = positions.map(({ created_at }) => Date.parse(created_at));
  return now - (times.find((time) => !Number.isNaN(time)) ?? now);
}

async function decideRound(
  deps: ProcessDeps,
  ids: readonly string[],
  deadline: number,
  result: SweepResult,
): Promise<void> {
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
): Promise<void> {
  const decide = async (some: readonly Order[]) => {
    const { decided, undecided } = await processOrders(deps, { orders: some, shardOffset: Math.random() });
    result.decided += decided;
    return undecided;
  };
  // One at a time, so that an order that always fails does not block the others.
  for (const id of (await decide(orders)).keys()) {
    if (deps.clock.now() >= deadline) {
      result.complete = false;
      return;
    }
    try {
      const undecided = await decide((await deps.orders.getAll([id])).orders);
      for (const error of undecided.values()) result.failures.push({ id, error });
    } catch (error) {
      result.failures.push({ id, error });
    }
  }
}
