import { execFile } from 'node:child_process';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { spawnTied, untilReady } from '../../localstack/child.ts';
import { freePort } from '../../localstack/ports.ts';

const run = promisify(execFile);

/** The folder in which Debian and Ubuntu install each major version. */
const versionsFolder = '/usr/lib/postgresql';
/** PostgreSQL does not run as root. Its Debian package creates this user. */
const systemUser = 'postgres';

/** PostgreSQL is not installed. */
export class NoPostgres extends Error {}

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL with an empty database in a temporary folder, on a free port of 127.0.0.1.
 *
 * @param settings arguments of the server, such as `-c fsync=off`
 * @throws {NoPostgres} if it is not installed
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const programs = await findPrograms();
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
    await untilReady({ name: 'PostgreSQL', child, isReady: () => accepts(url), timeoutMs: 20_000 });
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

async function findPrograms(): Promise<string> {
  try {
    const [newest] = (await readdir(versionsFolder)).sort((a, b) => Number(b) - Number(a));
    if (newest !== undefined) return join(versionsFolder, newest, 'bin');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  throw new NoPostgres(`PostgreSQL is not in ${versionsFolder}. Install it with: apt-get install postgresql`);
}

const idOf = async (flag: '-u' | '-g'): Promise<number> => Number((await run('id', [flag, systemUser])).stdout);

async function accepts(url: string): Promise<boolean> {
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
