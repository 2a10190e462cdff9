import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { toIso } from '../../lib/platform/clock.ts';
import { describeAwsError } from './describe-aws-error.ts';
import { OperatorError } from './operator-error.ts';
import type { ParameterStore } from './parameter-store.ts';

type Store = Pick<ParameterStore, 'find' | 'create' | 'remove'>;

/**
 * Runs a function while holding a lock. The lock is a parameter, because SSM cannot overwrite conditionally but creates a
 * name only once.
 *
 * @param lock the name of the parameter
 * @throws {OperatorError} when another run holds the lock or an interrupted run left it; nothing was run
 * @throws {Error} when the lock could not be deleted; the message includes the error of the run, if any
 */
export async function whileLocked(store: Store, lock: string, run: () => Promise<void>): Promise<void> {
  await acquire(store, lock);
  const [outcome] = await Promise.allSettled([run()]);
  const failures = outcome.status === 'rejected' ? [outcome.reason] : [];
  try {
    await store.remove(lock);
  } catch (error) {
    const left = `Could not delete ${lock}: ${describeAwsError(error)}. Delete it before the next step: ${remedy(lock)}`;
    const reasons = [...failures.map((failure) => describeAwsError(failure) ?? String(failure)), left];
    throw new Error(reasons.join('\n'), { cause: error });
  }
  for (const failure of failures) throw failure;
}

async function acquire(store: Store, lock: string): Promise<void> {
  const holder = `process ${process.pid} on ${hostname()}, run ${randomUUID()}`;
  try {
    await store.create(lock, holder);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const held = await store.find(lock);
    if (held === undefined)
      throw new OperatorError(`Another run held ${lock} a moment ago. Repeat the command.`, { cause: error });
    // The SDK retries after a lost response and then finds the parameter of its own first attempt.
    if (held.value === holder) return;
    throw new OperatorError(
      `Another run has held ${lock} since ${toIso(held.changedAt)} (${held.value}). ` +
        `If that run has ended, delete the lock and repeat the command:\n  ${remedy(lock)}`,
      { cause: error },
    );
  }
}

const remedy = (lock: string): string => `aws ssm delete-parameter --name ${lock}`;
