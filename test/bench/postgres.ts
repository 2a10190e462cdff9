import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { spawnTied, untilReady } from '../../localstack/child.ts';
import { freePort } from '../../localstack/ports.ts';

const run = promisify(execFile);

/** Where Debian puts each major version. */
const debianVersions = '/usr/lib/postgresql';
const debianSettings = '/etc/postgresql-common';
/** Made by Debian's package; PostgreSQL refuses to run as root. */
const systemUser = 'postgres';

/** Why there can be no PostgreSQL here. */
export class NoPostgres extends Error {}

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL with its own settings but for `settings`, on a free port of 127.0.0.1 and in a folder that goes with it. Where
 * it is missing, Debian's package is installed first.
 *
 * @throws {NoPostgres}
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const programs = (await findPrograms()) ?? (await install());
  const isRoot = process.getuid?.() === 0;
  const asUser = isRoot ? ['setpriv', `--reuid=${systemUser}`, `--regid=${systemUser}`, '--init-groups'] : [];
  const directory = await mkdtemp(join(tmpdir(), 'sellout-postgres-'));
  try {
    if (isRoot) await chown(directory, await idOf('-u'), await idOf('-g'));
    const data = join(directory, 'data');
    const [program = '', ...rest] = [...asUser, join(programs, 'initdb')];
    await run(program, [...rest, '-D', data, '-U', systemUser, '--auth=trust', '--encoding=UTF8'], {
      cwd: directory,
    });
    const port = await freePort();
    const own = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', directory];
    const [server = '', ...args] = [...asUser, join(programs, 'postgres'), ...own, ...settings];
    const child = spawnTied('PostgreSQL', server, args, directory);
    const url = `postgres://${systemUser}@127.0.0.1:${port}/postgres`;
    await untilReady({ name: 'PostgreSQL', child, isReady: () => answers(url), timeoutMs: 20_000 });
    return {
      url,
      stop: async () => {
        await child.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function findPrograms(): Promise<string | undefined> {
  try {
    const versions = (await readdir(debianVersions)).sort((a, b) => Number(b) - Number(a));
    return versions[0] === undefined ? undefined : join(debianVersions, versions[0], 'bin');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function install(): Promise<string> {
  try {
    await makeNoCluster();
    await run('apt-get', ['update', '-qq']);
    await run('apt-get', ['install', '-y', '-qq', '-o', 'Dpkg::Options::=--force-confold', 'postgresql']);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim().split('\n')[0] : String(cause);
    throw new NoPostgres(`PostgreSQL is missing and could not be installed: ${reason}`, { cause });
  }
  const programs = await findPrograms();
  if (programs === undefined) throw new NoPostgres(`there is no PostgreSQL in ${debianVersions}`);
  return programs;
}

/** Otherwise the package makes a server of its own, which would go on running. Whoever has settled this keeps it. */
async function makeNoCluster(): Promise<void> {
  await mkdir(debianSettings, { recursive: true });
  try {
    const file = join(debianSettings, 'createcluster.conf');
    await writeFile(file, 'create_main_cluster = false\n', { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

const idOf = async (flag: '-u' | '-g'): Promise<number> =>
  Number((await run('id', [flag, systemUser])).stdout);

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}
