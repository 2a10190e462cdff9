import { DomainError } from '../errors.ts';
import { backoff } from '../platform/backoff.ts';

/** Some half a second of waiting in all. A transaction shows in part for milliseconds. */
const maxAttempts = 20;
const baseMs = 2;
const capMs = 50;

/**
 * Reads values by id, and reads those again that show a write in part.
 *
 * @param read gets the ids that are still open, and whether they were read before; unknown ids are left out
 * @throws {DomainError} `contention` when one of them shows a write in part at every attempt
 */
export async function readWhole<T>(
  ids: readonly string[],
  read: (ids: readonly string[], again: boolean) => Promise<ReadonlyMap<string, T>>,
  isWhole: (value: T) => boolean,
): Promise<Map<string, T>> {
  const whole = new Map<string, T>();
  let open = ids;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (attempt > 0) await backoff(attempt, baseMs, capMs);
    const found = await read(open, attempt > 0);
    for (const [id, value] of found) if (isWhole(value)) whole.set(id, value);
    open = open.filter((id) => found.has(id) && !whole.has(id));
    if (open.length === 0) return whole;
  }
  throw new DomainError('contention', { retryAfterSeconds: 1 });
}
