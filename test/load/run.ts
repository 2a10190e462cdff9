import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { type ArtilleryRun, type Measured, startArtillery } from './artillery.ts';
import type { LoadFixtures } from './fixtures.ts';
import { loadMetricsOf, reportedBy } from './metrics.ts';
import { type Monitor, type Sample, startMonitor } from './monitor.ts';
import type { Profile } from './profiles.ts';
import type { Progress } from './progress.ts';
import { discrepanciesIn, type Ledger, type Reported, readLedger } from './reconciliation.ts';
import { writeScript } from './script.ts';

/** Discrepancies are final after this time: lists are eventually consistent, and the sweep decides missed orders. */
const reconcileTimeoutMs = { lists: 15_000, pending: 150_000 };
const reconcileIntervalMs = 1_000;

/** The measurements of a load, complete or up to where it was aborted. */
export interface LoadRun {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly measured: Measured;
  readonly samples: readonly Sample[];
  /** Why the load was aborted; undefined after a complete load. */
  readonly aborted: string | undefined;
  /** Undefined if it could not be read; then `discrepancies` has the reason. */
  readonly ledger: Ledger | undefined;
  readonly discrepancies: readonly string[];
}

interface End {
  readonly aborted: string | undefined;
  /** Whether the service is still available. */
  readonly readable: boolean;
}

interface LoadOptions {
  readonly api: ApiClient;
  readonly profile: Profile;
  readonly fixtures: LoadFixtures;
  readonly artilleryArgs: readonly string[];
  /** How many workers run the whole script. */
  readonly workers: number;
  readonly progress: Progress;
  /** Resolves with the reason when the load must stop at once. */
  readonly interrupted: Promise<string>;
}

/**
 * Runs a load until its end or until the service becomes unavailable, then reconciles.
 *
 * Errors of the service are part of the result; only bugs make it reject. Leaves no process or file behind.
 */
export async function runLoad(options: LoadOptions): Promise<LoadRun> {
  const { api, profile, fixtures, artilleryArgs, workers, interrupted, progress } = options;
  const directory = await mkdtemp(join(tmpdir(), 'sellout-load-'));
  try {
    const { file, seconds } = await writeScript(directory, profile, fixtures, workers);
    const startedAt = Date.now();
    const artillery = startArtillery(file, profile.name, api.url, artilleryArgs);
    const monitor = startMonitor(
      api,
      fixtures.products.filter(({ kind }) => kind === 'hot'),
    );
    const timer = showProgress(progress, artillery, monitor, seconds);
    let end: End;
    try {
      end = await Promise.race([
        artillery.ended.then((aborted) => ({ aborted, readable: true })),
        monitor.unavailable.then((aborted) => ({ aborted, readable: false })),
        interrupted.then((aborted) => ({ aborted, readable: false })),
      ]);
    } finally {
      monitor.stop();
      clearInterval(timer);
      progress.end();
      await artillery.stop();
    }
    const endedAt = Date.now();
    const measured = artillery.measured();
    const { aborted, readable } = end;
    const reconciled = readable
      ? await reconcile(options, measured, aborted === undefined ? reportedBy(measured) : undefined)
      : { ledger: undefined, discrepancies: ['The orders were not read.'] };
    return { startedAt, endedAt, measured, samples: monitor.samples, aborted, ...reconciled };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function showProgress(progress: Progress, artillery: ArtilleryRun, { samples }: Monitor, seconds: number) {
  const from = Date.now();
  progress.begin('load', seconds);
  return setInterval(() => {
    const last = samples.at(-1);
    const sold = last === undefined ? '' : `, ${last.sold} of ${last.sold + last.stock} sold`;
    const { accepted, rejected } = loadMetricsOf(artillery.measured());
    const state = `${artillery.phase()}: ${accepted} accepted, ${rejected} rejected${sold}`;
    progress.update(Math.min(seconds, (Date.now() - from) / 1_000), state);
  }, 200);
}

/** Reads products and orders until they reconcile or the time limit is reached. */
async function reconcile(
  { api, profile, fixtures, progress, interrupted }: LoadOptions,
  measured: Measured,
  reported: Reported | undefined,
): Promise<Pick<LoadRun, 'ledger' | 'discrepancies'>> {
  const from = Date.now();
  let isInterrupted = false;
  void interrupted.then(() => {
    isInterrupted = true;
  });
  const everyone = [...fixtures.customers, ...fixtures.bots];
  const buyers = new Set(measured.live.flatMap(({ buyers }) => buyers));
  let customers = profile.reads === 'buyers' ? everyone.filter(({ id }) => buyers.has(id)) : everyone;
  try {
    for (;;) {
      progress.begin('orders', customers.length);
      const ledger = await readLedger(api, fixtures, customers, (done) =>
        progress.update(done, `orders of ${done} customers read`),
      );
      const discrepancies = discrepanciesIn(ledger, reported);
      const hasPending = ledger.orders.some(({ status }) => status === 'PENDING');
      const timeoutMs = hasPending ? reconcileTimeoutMs.pending : reconcileTimeoutMs.lists;
      if (discrepancies.length === 0 || isInterrupted || Date.now() - from > timeoutMs)
        return { ledger, discrepancies };
      progress.update(0, `${discrepancies.length} discrepancies, reading again`);
      customers = everyone;
      await delay(reconcileIntervalMs);
      progress.end();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ledger: undefined, discrepancies: [`The orders could not be read: ${reason}`] };
  } finally {
    progress.end();
  }
}
