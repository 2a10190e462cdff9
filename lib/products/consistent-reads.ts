import { DomainError } from '../errors.ts';
import { backoff } from '../platform/backoff.ts';
import { logger } from '../platform/logger.ts';

/** About a second in all. A transaction shows in part for milliseconds. */
const maxAttempts = 20;
const baseMs = 2;
const capMs = 50;

type Read<T> = (ids: readonly string[], again: boolean) => Promise<ReadonlyMap<string, T>>;

/**
 * Reads values by id, and reads those again that show a write in part.
 *
 * @param read gets the ids that are still open, and whether they were read before; unknown ids are left out
 * @throws {DomainError} `contention` when one of them shows a write in part at every attempt
 */
export async function readConsistent<T>(
  ids: readonly string[],
  read: Read<T>,
  isWhole: (value: T) => boolean,
): Promise<Map<string, T>> {
  const { consistent, torn } = await readConsistentOnes(ids, read, isWhole);
  if (torn.length > 0) throw new DomainError('contention', { retryAfterSeconds: 1 });
  return consistent;
}

/** The same; what shows a write in part at every attempt is left out and named in the log. */
export async function readConsistentOnes<T>(
  ids: readonly string[],
  read: Read<T>,
  isWhole: (value: T) => boolean,
): Promise<{ consistent: Map<string, T>; torn: readonly string[] }> {
  const consistent = new Map<string, T>();
  let open = ids;
  for (let attempt = 0; attempt < maxAttempts && open.length > 0; attempt++) {
    if (attempt > 0) await backoff(attempt, baseMs, capMs);
    const found = await read(open, attempt > 0);
    for (const [id, value] of found) if (isWhole(value)) consistent.set(id, value);
    open = open.filter((id) => found.has(id) && !consistent.has(id));
  }
  if (open.length > 0) logger.error('PRODUCT_READ_TORN', { product_ids: open });
  return { consistent, torn: open };
}
