import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { type ArtilleryRun, type Measured, startArtillery } from './artillery.ts';
import type { LoadFixtures } from './fixtures.ts';
import { loadMetricsOf, toldBy } from './metrics.ts';
import type { Profile } from './profiles.ts';
import { type BookedOrder, type Ledger, type Reported, readLedger, violationsIn } from './reconciliation.ts';
import { writeScript } from './script.ts';
import { type Sample, type Watch, watch } from './watch.ts';

/** Lists lag behind by as much; an order that its worker has missed waits for the sweep. */
const settleMs = { lists: 15_000, pending: 150_000 };
const settleIntervalMs = 1_000;

/** What happened, whole or up to where it broke off. */
export interface LoadRun {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly measured: Measured;
  readonly samples: readonly Sample[];
  /** Why it did not come to its end; undefined if it did. */
  readonly brokenOff: string | undefined;
  /** Undefined where they could not be read, as `bookFaults` says. */
  readonly books: Ledger | undefined;
  readonly bookFaults: readonly string[];
}

interface End {
  readonly brokenOff: string | undefined;
  /** Whether the store can still be asked. */
  readonly readable: boolean;
}

/** What is shown while it goes on. `total` is in seconds, or in customers. */
export interface Progress {
  begin(what: string, total: number): void;
  update(done: number, state: string): void;
  end(): void;
}

interface LoadOptions {
  readonly store: ApiClient;
  readonly profile: Profile;
  readonly campaign: LoadFixtures;
  readonly artilleryArgs: readonly string[];
  /** How many run the script, each the whole of it. */
  readonly workers: number;
  readonly progress: Progress;
  /** Resolves with the reason when the load is to end at once. */
  readonly interrupted: Promise<string>;
}

/**
 * Loads a store that is prepared, to the end or until the store falls silent, then reads the books. Rejects only
 * for defects: whatever the store does is in the result. Leaves no process and no file behind.
 */
export async function runLoad(options: LoadOptions): Promise<LoadRun> {
  const { store, profile, campaign, artilleryArgs, workers, interrupted, progress } = options;
  const directory = await mkdtemp(join(tmpdir(), 'sellout-load-'));
  try {
    const { file, seconds } = await writeScript(directory, profile, campaign, workers);
    const startedAt = Date.now();
    const artillery = startArtillery(file, profile.name, store.url, artilleryArgs);
    // One product sells out, and that is what is watched.
    const watching = watch(
      store,
      campaign.products.filter(({ kind }) => kind === 'hot'),
    );
    const shown = showProgress(progress, artillery, watching, seconds);
    let end: End;
    try {
      end = await Promise.race([
        artillery.ended.then((brokenOff) => ({ brokenOff, readable: true })),
        watching.died.then((brokenOff) => ({ brokenOff, readable: false })),
        interrupted.then((brokenOff) => ({ brokenOff, readable: false })),
      ]);
    } finally {
      watching.stop();
      clearInterval(shown);
      progress.end();
      await artillery.stop();
    }
    const endedAt = Date.now();
    const measured = artillery.measured();
    const { brokenOff, readable } = end;
    const audited = readable
      ? await audit(options, measured, brokenOff === undefined ? toldBy(measured) : undefined)
      : { books: undefined, bookFaults: ['the books were not read'] };
    return { startedAt, endedAt, measured, samples: watching.samples, brokenOff, ...audited };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function showProgress(progress: Progress, artillery: ArtilleryRun, { samples }: Watch, seconds: number) {
  const from = Date.now();
  progress.begin('load', seconds);
  return setInterval(() => {
    const last = samples.at(-1);
    const sold = last === undefined ? '' : `, ${last.sold} of ${last.sold + last.stock} sold`;
    const { taken, refused } = loadMetricsOf(artillery.measured());
    const state = `${artillery.phase()}: ${taken} taken, ${refused} refused${sold}`;
    progress.update(Math.min(seconds, (Date.now() - from) / 1_000), state);
  }, 200);
}

/** Reads the books until they are right, or for as long as they may still become so. */
async function audit(
  { store, profile, campaign, progress, interrupted }: LoadOptions,
  measured: Measured,
  told: Reported | undefined,
): Promise<Pick<LoadRun, 'books' | 'bookFaults'>> {
  const from = Date.now();
  let given: string | undefined;
  void interrupted.then((reason) => {
    given = reason;
  });
  const everyone = [...campaign.customers, ...campaign.bots];
  const buyers = new Set(measured.live.flatMap(({ buyers }) => buyers));
  let customers = profile.audits === 'buyers' ? everyone.filter(({ id }) => buyers.has(id)) : everyone;
  try {
    for (;;) {
      progress.begin('books', customers.length);
      const books = await readLedger(store, campaign, customers, (done) =>
        progress.update(done, `${done} customers' orders read`),
      );
      const bookFaults = violationsIn(books, told);
      const patience = books.orders.some(isPending) ? settleMs.pending : settleMs.lists;
      if (bookFaults.length === 0 || given !== undefined || Date.now() - from > patience)
        return { books, bookFaults };
      progress.update(0, `${bookFaults.length} differences, waiting for them to settle`);
      customers = everyone;
      await delay(settleIntervalMs);
      progress.end();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { books: undefined, bookFaults: [`the books could not be read: ${reason}`] };
  } finally {
    progress.end();
  }
}

const isPending = ({ status }: BookedOrder): boolean => status === 'PENDING';
