import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError } from '../../localstack/describe-error.ts';

const run = promisify(execFile);
const environment = join(import.meta.dirname, '../../node_modules/.cache/schemathesis');
/** Written last: the hash of everything the environment was built from. */
const stamp = join(environment, 'built-from');
const requirements = join(import.meta.dirname, 'requirements.txt');

const probe = `
import importlib.util, sys
if sys.version_info < (3, 11): sys.exit('found Python %d.%d' % sys.version_info[:2])
missing = [name for name in ('venv', 'ensurepip') if importlib.util.find_spec(name) is None]
if missing: sys.exit('missing modules: ' + ', '.join(missing))
print(sys.version, sys.base_prefix)`;

const howToInstall = `Schemathesis needs Python 3.11 or later as python3, with the module venv. Install it with:
  Debian, Ubuntu   apt-get install python3-venv
  Fedora           dnf install python3
  macOS            brew install python3`;

/**
 * Installs exactly the packages in requirements.txt into a virtual environment under node_modules/.cache.
 *
 * Rebuilds the environment when requirements.txt or Python changes.
 *
 * @returns the path of the program `st`
 * @throws {Error} if Python is missing or pip fails
 */
export async function installSchemathesis(signal: AbortSignal): Promise<string> {
  const program = join(environment, 'bin/st');
  const builtFrom = createHash('sha256')
    .update(await findPython(signal))
    .update(await readFile(requirements))
    .digest('hex');
  if ((await readIfExists(stamp)) === builtFrom) return program;
  await rm(environment, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', environment], { signal });
  const exactVersions = [
    '--require-hashes',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--requirement',
    requirements,
  ];
  await run(
    join(environment, 'bin/python'),
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...exactVersions],
    { signal },
  );
  await writeFile(stamp, builtFrom);
  return program;
}

/** Returns version and path of Python, because an environment works only with the Python that created it. */
async function findPython(signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await run('python3', ['-c', probe], { signal });
    return stdout;
  } catch (cause) {
    signal.throwIfAborted();
    throw new Error(`${howToInstall}\npython3: ${describeError(cause, 'not found')}`, { cause });
  }
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
