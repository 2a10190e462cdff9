import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { supervise } from '../../localstack/child.ts';

const packageFile = createRequire(import.meta.url).resolve('artillery/package.json');
const program = join(dirname(packageFile), 'bin/run');
const leash = join(import.meta.dirname, '../../localstack/exit-with-parent.ts');

const times = z.object({
  count: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  longest: z.number(),
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
    /** When the ten seconds began, in milliseconds since the epoch. */
    at: z.number(),
    counters: z.record(z.string(), z.number()),
    times: z.record(z.string(), times),
    seconds: z.number(),
  }),
]);

/** How long answers took, in milliseconds, from the request's start to the last byte. */
export type Times = z.output<typeof times>;

export interface Period {
  readonly at: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** What one worker has counted in all, and the customers who may have an order. */
interface Live {
  readonly counters: Period['counters'];
  readonly buyers: readonly string[];
}

/** What Artillery has measured so far: up to the last full ten seconds, and everything once it has ended. */
export interface Measured {
  /** What each worker on this machine knows, as of half a second ago; none where workers are elsewhere. */
  readonly live: readonly Live[];
  readonly periods: readonly Period[];
  /** Over all of the run so far, by request. */
  readonly times: Readonly<Record<string, Times>>;
  /** From the first answer to the last. */
  readonly seconds: number;
}

export interface ArtilleryRun {
  measured(): Measured;
  phase(): string;
  /** Undefined when it came to its end, else why not. */
  readonly ended: Promise<string | undefined>;
  /** Ends it wherever it is. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts Artillery on a script. It ends with `stop`, and also when this process dies, however that happens.
 *
 * @param more further arguments for Artillery, such as `--platform aws:lambda`
 */
export function startArtillery(
  script: string,
  environment: string,
  target: string,
  more: readonly string[],
): ArtilleryRun {
  const args = ['run', '--quiet', '--environment', environment, '--target', target, ...more, script];
  const child = spawn(process.execPath, ['--import', leash, program, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: {
      ...process.env,
      CUSTOM_REPORTERS: join(import.meta.dirname, 'artillery-reporter.mts'),
      ARTILLERY_DISABLE_TELEMETRY: 'true',
      // What the leash removes when we are killed: the folder of the script holds tokens.
      ESBUILD_WORK_FOLDER: dirname(script),
    },
  });
  const periods: Period[] = [];
  const live = new Map<number, Live>();
  let phase = 'starting';
  let latest: Pick<Measured, 'times' | 'seconds'> = { times: {}, seconds: 0 };
  child.on('message', (sent) => {
    const received = message.parse(sent);
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
    // It calls it a success when it finds nothing to do.
    ended: supervised.exited.then((how) =>
      child.exitCode === 0 && periods.length > 0 ? undefined : `${how}\n${supervised.output()}`.trim(),
    ),
    stop: supervised.stop,
  };
}
