import type { Random } from '../runtime/random.ts';
import type { Machine, VirtualTime } from '../runtime/virtual-time.ts';

/** The environment crashed or timed out, or the invocation was throttled. Its effect is unknown. */
class InvocationError extends Error {}

interface Environment<C> {
  readonly machine: Machine;
  readonly container: C;
}

interface LambdaOptions<C> {
  readonly time: VirtualTime;
  readonly random: Random;
  /** Creates the container of a new environment. */
  newContainer(): C;
  /** Returns how far the clock of a new environment is ahead. */
  skewMs?(): number;
  /** Returns when the environment crashes, in milliseconds after the start of the invocation; undefined if it does not. */
  crashAfterMs?(): number | undefined;
}

/**
 * How many environments a function can start every 10 s.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html
 */
const environmentsPerTenSeconds = 1_000;

/** Model assumption: start of the runtime and of this service's bundles (see docs/benchmarks.md). */
const coldStartMs = { from: 200, to: 500 };

/** Simulates Lambda: an environment starts cold, serves one request at a time and is reused until it crashes. */
export function createLambda<C>({ time, random, newContainer, skewMs, crashAfterMs }: LambdaOptions<C>) {
  const idle = new Map<string, Environment<C>[]>();
  const allowance = new Map<string, { left: number; at: number }>();
  let started = 0;

  function idleOf(name: string): Environment<C>[] {
    const environments = idle.get(name) ?? [];
    idle.set(name, environments);
    return environments;
  }

  function mayStart(name: string): boolean {
    const bucket = allowance.get(name) ?? { left: environmentsPerTenSeconds, at: time.now() };
    allowance.set(name, bucket);
    const gained = ((time.now() - bucket.at) * environmentsPerTenSeconds) / 10_000;
    bucket.left = Math.min(environmentsPerTenSeconds, bucket.left + gained);
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
    /** Starts environments before the requests arrive. */
    async warm(name: string, count: number): Promise<void> {
      const environments = Array.from({ length: count }, () => environmentOf(name, true));
      idleOf(name).push(...(await Promise.all(environments)));
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
        const crashMs = crashAfterMs?.();
        if (crashMs !== undefined) time.after(crashMs, () => end(() => reject(new InvocationError('crashed')), false));
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
