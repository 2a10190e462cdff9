import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { type ApiClient, ApiError, createApiClient, Unreachable } from './api-client.ts';
import {
  clearShelves,
  type LoadFixtures,
  type LoadProduct,
  signInAsAdmin,
  signUpGuests,
  stockUp,
} from './fixtures.ts';
import { type LocalSystem, startLocalSystem } from './local-system.ts';
import { type Profile, type ProfileName, profiles } from './profiles.ts';
import { createProgress } from './progress.ts';
import { reportOf } from './report.ts';
import { type LoadRun, type Progress, runLoad } from './run.ts';
import { summaryOf } from './summary.ts';
import { judge } from './verdict.ts';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface LoadRequest {
  readonly profile: ProfileName;
  /** The system's own, started for the load, if undefined. */
  readonly target: string | undefined;
  readonly out: string | undefined;
  readonly artilleryArgs: readonly string[];
  /** How many run the script, each the whole of it. */
  readonly workers: number;
}

const print = (text: string) => process.stdout.write(`${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);

/** A signal that comes so long after the first ends the process at once. */
const impatientMs = 2_000;

/** Runs one load from the command line. Ends with 0 if it passed, 1 if not, 2 for a wrong command. */
export async function conduct(readOptions: () => LoadRequest, usage: string): Promise<void> {
  if (asksForHelp(process.argv.slice(2))) {
    print(usage);
    return;
  }
  const interrupt = new AbortController();
  let since = Number.POSITIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // Ctrl-C may reach us twice at once, from the terminal and from npm. Later it means that something hangs.
      if (Date.now() - since > impatientMs) process.exit(130);
      since = Math.min(since, Date.now());
      interrupt.abort(new Error('interrupted'));
    });
  try {
    process.exitCode = (await load(readOptions(), interrupt.signal)) ? 0 : 1;
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    if (interrupt.signal.aborted) {
      complain('interrupted');
      return;
    }
    complain(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) complain(usage);
  }
}

/** What follows another -- is Artillery's. */
function asksForHelp(args: readonly string[]): boolean {
  const dashes = args.indexOf('--');
  const ours = dashes === -1 ? args : args.slice(0, dashes);
  return ours.includes('--help') || ours.includes('-h');
}

async function load(request: LoadRequest, signal: AbortSignal): Promise<boolean> {
  const url = request.target === undefined ? undefined : targetOf(request.target);
  const { out, isNew } = await reportDirectory(request.out);
  const ending = new AbortController();
  let own: LocalSystem | undefined;
  try {
    if (url === undefined) print('starting the whole system');
    own = url === undefined ? await startLocalSystem(signal) : undefined;
    return await loadStore(request, url ?? own?.url ?? '', own, out, signal, ending.signal);
  } finally {
    // What is still waiting for an answer waits no longer.
    ending.abort();
    await own?.stop();
    if (isNew && (await readdir(out)).length === 0) await rmdir(out);
  }
}

async function loadStore(
  request: LoadRequest,
  url: string,
  own: LocalSystem | undefined,
  out: string,
  signal: AbortSignal,
  end: AbortSignal,
): Promise<boolean> {
  const store = createApiClient(url, end);
  const preparing = createApiClient(url, AbortSignal.any([signal, end]));
  const profile = profiles[request.profile];
  const progress = createProgress();
  await checkTarget(preparing);
  const adminToken = await becomeAdmin(preparing, own);
  const products: LoadProduct[] = [];
  try {
    await stockUp(preparing, adminToken, profile.products, products);
    const accounts = await openAccounts(preparing, profile, request.workers, own, progress);
    const campaign = { adminToken, products, ...accounts };
    const aborted = new Promise<string>((done) => {
      signal.addEventListener('abort', () => done('interrupted'));
    });
    const interrupted = own === undefined ? aborted : Promise.race([aborted, own.exited]);
    const run = await runLoad({ ...request, store, profile, campaign, progress, interrupted });
    return await conclude(run, profile, own === undefined ? store.url : undefined, out);
  } finally {
    if (own === undefined) await tidyUp(store, adminToken, products);
  }
}

async function tidyUp(store: ApiClient, adminToken: string, products: readonly LoadProduct[]): Promise<void> {
  try {
    await clearShelves(store, adminToken, products);
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof ApiError)) throw error;
    complain(`products named "Load test, …" are still on sale at ${store.url}: ${error.message}`);
  }
}

function targetOf(text: string): string {
  const target = z.url({ protocol: /^https?$/ }).safeParse(text);
  if (!target.success) throw new UsageError(`"${text}" is no http or https address`);
  return text.replace(/\/+$/, '');
}

/** Made at once: who cannot write the report would rather know before the load than after. */
async function reportDirectory(wanted: string | undefined): Promise<{ out: string; isNew: boolean }> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const directory = resolve(wanted ?? join('.load', time));
  try {
    const made = await mkdir(directory, { recursive: true });
    const probe = join(directory, '.probe');
    await writeFile(probe, 'probe');
    await rm(probe);
    return { out: directory, isNew: made !== undefined };
  } catch (cause) {
    throw unwritable(directory, cause);
  }
}

async function checkTarget(store: ApiClient): Promise<void> {
  const health = z.object({ status: z.literal('ok') });
  try {
    await store.request(health, 'GET', '/health', { timeoutMs: 10_000 });
  } catch (cause) {
    if (cause instanceof Unreachable)
      throw new Error(`the target does not answer: ${cause.message}`, { cause });
    const why = cause instanceof ApiError ? cause.message : 'GET /health gives something else';
    throw new Error(`${store.url} answers, but not as this service: ${why}`, { cause });
  }
}

/** ADMIN_EMAIL and ADMIN_PASSWORD, both or none. */
function adminCredentials(): { email: string; password: string } | undefined {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
  if (email && password) return { email, password };
  if (email || password) throw new UsageError('ADMIN_EMAIL and ADMIN_PASSWORD belong together');
  return undefined;
}

async function becomeAdmin(store: ApiClient, own: LocalSystem | undefined): Promise<string> {
  const credentials = own === undefined ? adminCredentials() : undefined;
  try {
    return await signInAsAdmin(store, credentials);
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== 'forbidden') throw cause;
    throw new Error('nobody may register as ADMIN there: set ADMIN_EMAIL and ADMIN_PASSWORD', { cause });
  }
}

async function openAccounts(
  store: ApiClient,
  profile: Profile,
  workers: number,
  own: LocalSystem | undefined,
  progress: Progress,
): Promise<Pick<LoadFixtures, 'customers' | 'bots'>> {
  const customers = profile.customers * workers;
  const bots = profile.bots * workers;
  if (profile.name === 'sale' && own !== undefined)
    return { customers: await own.guests(customers), bots: [] };
  progress.begin('accounts', customers + bots);
  try {
    const guests = await signUpGuests(store, customers + bots, (done) =>
      progress.update(done, 'guests signed up'),
    );
    return { customers: guests.slice(bots), bots: guests.slice(0, bots) };
  } finally {
    progress.end();
  }
}

async function conclude(
  run: LoadRun,
  profile: Profile,
  url: string | undefined,
  out: string,
): Promise<boolean> {
  const isDeployed = url !== undefined && !loopback.test(new URL(url).hostname);
  const verdict = judge(run, profile, isDeployed);
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node.js ${process.version}`;
  const target = url ?? 'the whole system on this machine';
  const file = join(out, 'report.html');
  print(summaryOf(verdict, file));
  try {
    await writeFile(file, reportOf(run, verdict, { profile: profile.name, target, machine }));
  } catch (cause) {
    await rm(file, { force: true });
    throw unwritable(out, cause);
  }
  return verdict.passed;
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const unwritable = (directory: string, cause: unknown): Error => {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`the report cannot be written to ${directory}: ${why}`, { cause });
};
