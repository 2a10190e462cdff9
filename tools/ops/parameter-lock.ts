import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { toIso } from '../../lib/platform/clock.ts';
import { describeAwsError } from './describe-aws-error.ts';
import { OperatorError } from './operator-error.ts';
import type { ParameterStore } from './parameter-store.ts';

type Store = Pick<ParameterStore, 'find' | 'create' | 'remove'>;

/**
 * Runs it while nobody else holds the lock. The lock is a parameter: SSM overwrites without a condition, but creates
 * a name only once.
 *
 * @param lock the name of the parameter
 * @throws {OperatorError} when somebody holds the lock, or a run that was cut short has left it; nothing was run
 * @throws {Error} when the lock could not be deleted afterwards; its message says how the run itself failed, if it did
 */
export async function whileLocked(store: Store, lock: string, run: () => Promise<void>): Promise<void> {
  await take(store, lock);
  const [outcome] = await Promise.allSettled([run()]);
  const failures = outcome.status === 'rejected' ? [outcome.reason] : [];
  try {
    await store.remove(lock);
  } catch (error) {
    const left = `${lock} is left behind: ${describeAwsError(error)}. Delete it before the next step: ${remedy(lock)}`;
    const reasons = [...failures.map((failure) => describeAwsError(failure) ?? String(failure)), left];
    throw new Error(reasons.join('\n'), { cause: error });
  }
  for (const failure of failures) throw failure;
}

async function take(store: Store, lock: string): Promise<void> {
  const holder = `process ${process.pid} on ${hostname()}, run ${randomUUID()}`;
  try {
    await store.create(lock, holder);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const held = await store.find(lock);
    if (held === undefined)
      throw new OperatorError(`${lock} was held until just now: repeat the command`, { cause: error });
    // The SDK repeats a request whose answer was lost, and then finds what that request made.
    if (held.value === holder) return;
    throw new OperatorError(
      `another run holds ${lock} since ${toIso(held.changedAt)} (${held.value}). ` +
        `If that run is over, it was cut short: delete the lock and repeat the command:\n  ${remedy(lock)}`,
      { cause: error },
    );
  }
}

const remedy = (lock: string): string => `aws ssm delete-parameter --name ${lock}`;
