import type { Random } from '../runtime/random.ts';
import type { Machine, VirtualTime } from '../runtime/virtual-time.ts';

/** The function's environment died, ran out of time, or there was none to be had; what it did is unknown. */
class InvocationError extends Error {}

interface Environment<C> {
  readonly machine: Machine;
  readonly container: C;
}

interface LambdaOptions<C> {
  readonly time: VirtualTime;
  readonly random: Random;
  /** Made when an environment starts, and kept as long as it lives. */
  newContainer(): C;
  /** By how much the clock of a new environment is wrong. */
  skewMs?(): number;
  /** Milliseconds into an invocation after which its environment dies; undefined, and it lives. */
  deathMs?(): number | undefined;
}

/**
 * Environments that a function gets at once, and 10 s later again.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
 */
const environmentsPerTenSeconds = 1_000;

/** A modelling choice: the runtime's start and this product's bundles (see docs/benchmarks.md). */
const coldStartMs = { from: 200, to: 500 };

/** Lambda functions: an environment serves one request at a time, starts cold, and is used again while it lives. */
export function createLambda<C>({ time, random, newContainer, skewMs, deathMs }: LambdaOptions<C>) {
  const idle = new Map<string, Environment<C>[]>();
  const allowance = new Map<string, { left: number; at: number }>();
  let started = 0;

  function idleOf(name: string): Environment<C>[] {
    const known = idle.get(name);
    if (known !== undefined) return known;
    const none: Environment<C>[] = [];
    idle.set(name, none);
    return none;
  }

  function mayStart(name: string): boolean {
    const bucket = allowance.get(name) ?? { left: environmentsPerTenSeconds, at: time.now() };
    allowance.set(name, bucket);
    const refill = ((time.now() - bucket.at) * environmentsPerTenSeconds) / 10_000;
    bucket.left = Math.min(environmentsPerTenSeconds, bucket.left + refill);
    bucket.at = time.now();
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }

  async function environmentOf(name: string, warm: boolean): Promise<Environment<C>> {
    const free = idleOf(name).pop();
    if (free !== undefined) return free;
    if (!warm) {
      if (!mayStart(name)) throw new InvocationError('throttled');
      await time.sleep(random.between(coldStartMs.from, coldStartMs.to));
    }
    const machine = { name: `${name} ${started++}`, skewMs: skewMs?.() ?? 0, alive: true, task: '' };
    return { machine, container: newContainer() };
  }

  return {
    /** Makes environments that wait for requests, as a function has that was used before. */
    async warm(name: string, count: number): Promise<void> {
      const made = Array.from({ length: count }, () => environmentOf(name, true));
      idleOf(name).push(...(await Promise.all(made)));
    },

    /** @throws {InvocationError} or what `run` throws */
    async invoke<T>(
      name: string,
      { task, timeoutMs }: { readonly task: string; readonly timeoutMs: number },
      run: (container: C, machine: Machine) => Promise<T>,
    ): Promise<T> {
      const environment = await environmentOf(name, false);
      const { machine, container } = environment;
      machine.task = task;
      return new Promise<T>((resolve, reject) => {
        let over = false;
        const end = (settle: () => void, reusable: boolean) => {
          if (over) return;
          over = true;
          if (reusable) idleOf(name).push(environment);
          else machine.alive = false;
          settle();
        };
        time.after(timeoutMs, () => end(() => reject(new InvocationError('timed out')), false));
        const death = deathMs?.();
        if (death !== undefined)
          time.after(death, () => end(() => reject(new InvocationError('died')), false));
        time
          .on(machine, () => run(container, machine))
          .then(
            (value) => end(() => resolve(value), true),
            (error: unknown) => end(() => reject(error), true),
          );
      });
    },
  };
}
