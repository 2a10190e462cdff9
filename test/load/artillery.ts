import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { supervise } from '../../localstack/child.ts';

const packageFile = createRequire(import.meta.url).resolve('artillery/package.json');
const program = join(dirname(packageFile), 'bin/run');
const exitWithParent = join(import.meta.dirname, '../../localstack/exit-with-parent.ts');

const times = z.object({
  count: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
});
const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('phase'), name: z.string() }),
  z.object({
    type: z.literal('live'),
    worker: z.number(),
    counters: z.record(z.string(), z.number()),
    buyers: z.array(z.string()),
  }),
  z.object({
    type: z.literal('stats'),
    /** Start of the period of ten seconds, in milliseconds since the epoch. */
    at: z.number(),
    counters: z.record(z.string(), z.number()),
    times: z.record(z.string(), times),
    seconds: z.number(),
  }),
]);

/** Response times in milliseconds, from the start of the request to the last byte. */
export type Times = z.output<typeof times>;

export interface Period {
  readonly at: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** Totals of one worker, and the customers who may have an order. */
interface Live {
  readonly counters: Period['counters'];
  readonly buyers: readonly string[];
}

/** Measurements so far: up to the last complete period, and everything once Artillery has exited. */
export interface Measured {
  /** The totals of each worker half a second ago; empty if the workers run on other machines. */
  readonly live: readonly Live[];
  readonly periods: readonly Period[];
  /** Response times of the whole run, by request. */
  readonly times: Readonly<Record<string, Times>>;
  /** From the first response to the last. */
  readonly seconds: number;
}

export interface ArtilleryRun {
  measured(): Measured;
  phase(): string;
  /** Resolves with undefined after a complete run, otherwise with the reason. */
  readonly ended: Promise<string | undefined>;
  /** Stops the run. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts Artillery. It exits on `stop` and also when this process dies, even if it is killed.
 *
 * @param extraArgs for Artillery, such as `--platform aws:lambda`
 */
export function startArtillery(
  script: string,
  environment: string,
  target: string,
  extraArgs: readonly string[],
): ArtilleryRun {
  const args = ['run', '--quiet', '--environment', environment, '--target', target, ...extraArgs, script];
  const child = spawn(process.execPath, ['--import', exitWithParent, program, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      CUSTOM_REPORTERS: join(import.meta.dirname, 'artillery-reporter.mts'),
      ARTILLERY_DISABLE_TELEMETRY: 'true',
      // exit-with-parent.ts deletes this directory if this process is killed: it contains tokens.
      ESBUILD_WORK_FOLDER: dirname(script),
    },
  });
  const periods: Period[] = [];
  const live = new Map<number, Live>();
  let phase = 'starting';
  let latest: Pick<Measured, 'times' | 'seconds'> = { times: {}, seconds: 0 };
  child.on('message', (data) => {
    const received = message.parse(data);
    if (received.type === 'phase') phase = received.name;
    else if (received.type === 'live') live.set(received.worker, received);
    else {
      periods.push({ at: received.at, counters: received.counters });
      latest = received;
    }
  });
  const supervised = supervise('Artillery', child);
  return {
    measured: () => ({ live: [...live.values()], periods, times: latest.times, seconds: latest.seconds }),
    phase: () => phase,
    // Artillery also exits with 0 if it sent no request.
    ended: supervised.exited.then((reason) =>
      child.exitCode === 0 && periods.length > 0 ? undefined : `${reason}\n${supervised.output()}`.trim(),
    ),
    stop: supervised.stop,
  };
}
