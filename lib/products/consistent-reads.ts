import { DomainError } from '../errors.ts';
import { backoff } from '../platform/backoff.ts';
import { logger } from '../platform/logger.ts';

/** About a second in total. A transaction is partly visible for milliseconds. */
const maxAttempts = 20;
const baseMs = 2;
const capMs = 50;

type Read<T> = (ids: readonly string[], isRetry: boolean) => Promise<ReadonlyMap<string, T>>;

/**
 * Reads values by id and retries those that are inconsistent, such as torn reads (`isTorn` in product.ts).
 *
 * @param read reads the ids that are still open; it leaves out unknown ids
 * @throws {DomainError} `contention` when a value stays inconsistent
 */
export async function readConsistent<T>(
  ids: readonly string[],
  read: Read<T>,
  isConsistent: (value: T) => boolean,
): Promise<Map<string, T>> {
  const { consistent, torn } = await readConsistentOnes(ids, read, isConsistent);
  if (torn.length > 0) throw new DomainError('contention', { retryAfterSeconds: 1 });
  return consistent;
}

/** Works like `readConsistent`, but logs and leaves out the values that stay inconsistent instead of failing. */
export async function readConsistentOnes<T>(
  ids: readonly string[],
  read: Read<T>,
  isConsistent: (value: T) => boolean,
): Promise<{ consistent: Map<string, T>; torn: readonly string[] }> {
  const consistent = new Map<string, T>();
  let open = ids;
  for (let attempt = 0; attempt < maxAttempts && open.length > 0; attempt++) {
    if (attempt > 0) await backoff(attempt, baseMs, capMs);
    const found = await read(open, attempt > 0);
    for (const [id, value] of found) if (isConsistent(value)) consistent.set(id, value);
    open = open.filter((id) => found.has(id) && !consistent.has(id));
  }
  if (open.length > 0) logger.error('PRODUCT_READ_TORN', { product_ids: open });
  return { consistent, torn: open };
}
