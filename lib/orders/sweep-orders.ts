import pLimit from 'p-limit';
import { toIso } from '../platform/clock.ts';
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
    result.oldestAgeMs ??= ageOf(positions[0], deps.clock.now());
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

const ageOf = (position: OrderPosition | undefined, now: number): number =>
  position === undefined ? 0 : now - Date.parse(position.created_at);

async function decide(deps: ProcessDeps, ids: readonly string[], deadline: number, result: SweepResult) {
  try {
    result.decided += await processOrders(deps, await deps.orders.getAll(ids), Math.random());
    return;
  } catch {
    // One order that cannot be read or decided must not keep the others waiting: each by itself, errors and all.
  }
  for (const id of ids) {
    if (deps.clock.now() >= deadline) {
      result.complete = false;
      return;
    }
    try {
      result.decided += await processOrders(deps, await deps.orders.getAll([id]), Math.random());
    } catch (error) {
      result.failures.push({ id, error });
    }
  }
}
