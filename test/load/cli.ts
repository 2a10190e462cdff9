// Long: the options, the run and the report of two commands that share all of their steps.
import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { type ApiClient, ApiError, createApiClient, Unreachable } from './api-client.ts';
import {
  createProducts,
  deleteProducts,
  type LoadFixtures,
  type LoadProduct,
  signInAsAdmin,
  signUpGuests,
} from './fixtures.ts';
import { type LocalSystem, startLocalSystem } from './local-system.ts';
import { type Profile, type ProfileName, profiles } from './profiles.ts';
import { createProgress, type Progress } from './progress.ts';
import { reportOf } from './report.ts';
import { evaluate } from './result.ts';
import { type LoadRun, runLoad } from './run.ts';
import { summaryOf } from './summary.ts';

const usages = {
  load: `Usage: npm run load [-- --quick] [--target URL] [--out DIR] [-- ARTILLERY OPTIONS]
  --quick       run for half a minute instead of two minutes
  --target URL  load a service that is already running; by default, a local one is started and stopped again
  --out DIR     write the report to this directory (default .load/<time>)
  Set ADMIN_EMAIL and ADMIN_PASSWORD to an ADMIN of the target, unless it runs in stage local.
  Options after a second -- are passed to Artillery, for example --platform aws:lambda --count 20.`,
  sale: `Usage: npm run sale [-- --out DIR]
  --out DIR  write the report to this directory (default .load/<time>)`,
};

class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Options {
  readonly profile: ProfileName;
  /** Undefined to start a local system. */
  readonly target: string | undefined;
  readonly out: string | undefined;
  readonly artilleryArgs: readonly string[];
  /** How many workers run the whole script. */
  readonly workers: number;
  readonly help: boolean;
}

const print = (text: string) => process.stdout.write(`${text}\n`);
const printError = (text: string) => process.stderr.write(`${text}\n`);

/** A signal this long after the first one ends the process at once. */
const forceExitAfterMs = 2_000;

/** Runs `load` or `sale`. Exits with 0 if it passed, 1 if it failed, 2 if the command is invalid. */
async function main(program: 'load' | 'sale', args: readonly string[]): Promise<void> {
  const interrupt = new AbortController();
  let firstSignalAt = Number.POSITIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // One Ctrl-C can arrive twice at once: from the terminal and from npm.
      if (Date.now() - firstSignalAt > forceExitAfterMs) process.exit(130);
      firstSignalAt = Math.min(firstSignalAt, Date.now());
      interrupt.abort(new Error('interrupted'));
    });
  try {
    const options = readOptions(program, args);
    if (options.help) print(usages[program]);
    else process.exitCode = (await load(options, interrupt.signal)) ? 0 : 1;
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    printError(interrupt.signal.aborted ? 'Interrupted' : error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) printError(usages[program]);
  }
}

function readOptions(program: 'load' | 'sale', args: readonly string[]): Options {
  const dashes = args.indexOf('--');
  const own = dashes === -1 ? args : args.slice(0, dashes);
  const artilleryArgs = dashes === -1 ? [] : args.slice(dashes + 1);
  const help = { type: 'boolean', short: 'h', default: false } as const;
  const out = { type: 'string' } as const;
  try {
    if (program === 'sale') {
      const { values } = parseArgs({ args: [...args], options: { out, help } });
      return {
        profile: 'sale',
        target: undefined,
        out: values.out,
        artilleryArgs: [],
        workers: 1,
        help: values.help,
      };
    }
    const { values } = parseArgs({
      args: [...own],
      options: { quick: { type: 'boolean', default: false }, target: { type: 'string' }, out, help },
    });
    const count = artilleryArgs.includes('--count') ? artilleryArgs[artilleryArgs.indexOf('--count') + 1] : '1';
    const workers = Number(count);
    if (!Number.isInteger(workers) || workers < 1)
      throw new UsageError(`--count must be a positive integer, not "${count}".`);
    return {
      profile: values.quick ? 'quick' : 'full',
      target: values.target,
      out: values.out,
      artilleryArgs,
      workers,
      help: values.help,
    };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** @returns whether the load passed */
async function load(options: Options, signal: AbortSignal): Promise<boolean> {
  const target = options.target === undefined ? undefined : targetOf(options.target);
  const { out, isNew } = await createReportDirectory(options.out);
  const ending = new AbortController();
  let local: LocalSystem | undefined;
  try {
    if (target === undefined) {
      print('Starting the service, DynamoDB Local and a fake SSM …');
      local = await startLocalSystem(signal);
    }
    return await loadService(options, target ?? local?.url ?? '', local, out, signal, ending.signal);
  } finally {
    // Cancels requests that are still in flight.
    ending.abort();
    await local?.stop();
    if (isNew && (await readdir(out)).length === 0) await rmdir(out);
  }
}

async function loadService(
  options: Options,
  url: string,
  local: LocalSystem | undefined,
  out: string,
  signal: AbortSignal,
  end: AbortSignal,
): Promise<boolean> {
  const api = createApiClient(url, end);
  const interruptible = createApiClient(url, AbortSignal.any([signal, end]));
  const profile = profiles[options.profile];
  const progress = createProgress();
  await checkTarget(interruptible);
  const adminToken = await becomeAdmin(interruptible, local);
  const products: LoadProduct[] = [];
  try {
    await createProducts(interruptible, adminToken, profile.products, products);
    const accounts = await createAccounts(interruptible, profile, options.workers, local, progress);
    const fixtures = { adminToken, products, ...accounts };
    const aborted = new Promise<string>((resolve) => {
      signal.addEventListener('abort', () => resolve('interrupted'));
    });
    const interrupted = local === undefined ? aborted : Promise.race([aborted, local.exited]);
    const run = await runLoad({ ...options, api, profile, fixtures, progress, interrupted });
    return await conclude(run, profile, local === undefined ? url : undefined, out);
  } finally {
    if (local === undefined) await cleanUp(api, adminToken, products);
  }
}

async function cleanUp(api: ApiClient, adminToken: string, products: readonly LoadProduct[]): Promise<void> {
  try {
    await deleteProducts(api, adminToken, products);
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof ApiError)) throw error;
    printError(`Delete the products named "Load test, …" at ${api.url}, they are still on sale: ${error.message}`);
  }
}

function targetOf(text: string): string {
  const target = z.url({ protocol: /^https?$/ }).safeParse(text);
  if (!target.success) throw new UsageError(`--target must be an http or https URL, not "${text}".`);
  return text.replace(/\/+$/, '');
}

/** Creates the report's directory before the load, so that a permission error does not waste a run. */
async function createReportDirectory(wanted: string | undefined): Promise<{ out: string; isNew: boolean }> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const directory = resolve(wanted ?? join('.load', time));
  try {
    const created = await mkdir(directory, { recursive: true });
    const probe = join(directory, '.probe');
    await writeFile(probe, 'probe');
    await rm(probe);
    return { out: directory, isNew: created !== undefined };
  } catch (cause) {
    throw notWritable(directory, cause);
  }
}

async function checkTarget(api: ApiClient): Promise<void> {
  const health = z.object({ status: z.literal('ok') });
  try {
    await api.request(health, 'GET', '/health', { timeoutMs: 10_000 });
  } catch (cause) {
    if (cause instanceof Unreachable) throw new Error(`The target does not respond: ${cause.message}`, { cause });
    const reason = cause instanceof ApiError ? cause.message : 'unexpected response to GET /health';
    throw new Error(`${api.url} is not a Sellout service: ${reason}`, { cause });
  }
}

/** Reads ADMIN_EMAIL and ADMIN_PASSWORD. */
function adminCredentials(): { email: string; password: string } | undefined {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
  if (email && password) return { email, password };
  if (email || password) throw new UsageError('Set both ADMIN_EMAIL and ADMIN_PASSWORD, or neither.');
  return undefined;
}

async function becomeAdmin(api: ApiClient, local: LocalSystem | undefined): Promise<string> {
  const credentials = local === undefined ? adminCredentials() : undefined;
  try {
    return await signInAsAdmin(api, credentials);
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== 'forbidden') throw cause;
    throw new Error('The target does not allow registering an ADMIN: set ADMIN_EMAIL and ADMIN_PASSWORD.', {
      cause,
    });
  }
}

async function createAccounts(
  api: ApiClient,
  profile: Profile,
  workers: number,
  local: LocalSystem | undefined,
  progress: Progress,
): Promise<Pick<LoadFixtures, 'customers' | 'bots'>> {
  const customers = profile.customers * workers;
  const bots = profile.bots * workers;
  if (profile.name === 'sale' && local !== undefined) return { customers: await local.guests(customers), bots: [] };
  progress.begin('accounts', customers + bots);
  try {
    const guests = await signUpGuests(api, customers + bots, (done) => progress.update(done, 'guests signed up'));
    return { customers: guests.slice(bots), bots: guests.slice(0, bots) };
  } finally {
    progress.end();
  }
}

/** Prints the summary and writes the report. @returns whether the load passed */
async function conclude(run: LoadRun, profile: Profile, url: string | undefined, out: string): Promise<boolean> {
  const isDeployed = url !== undefined && !loopback.test(new URL(url).hostname);
  const result = evaluate(run, profile, isDeployed);
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node.js ${process.version}`;
  const target = url ?? 'a local system on this machine';
  const file = join(out, 'report.html');
  print(summaryOf(result, file));
  try {
    await writeFile(file, reportOf(run, result, { profile: profile.name, target, machine }));
  } catch (cause) {
    await rm(file, { force: true });
    throw notWritable(out, cause);
  }
  return result.passed;
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const notWritable = (directory: string, cause: unknown): Error =>
  new Error(`Cannot write the report to ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });

const [program, ...args] = process.argv.slice(2);
await main(program === 'sale' ? 'sale' : 'load', args);
