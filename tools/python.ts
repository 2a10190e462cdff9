import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError } from '../localstack/describe-error.ts';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '../node_modules/.cache');

const probe = `
import importlib.util, sys
if sys.version_info < (3, 11): sys.exit('found Python %d.%d' % sys.version_info[:2])
missing = [name for name in ('venv', 'ensurepip') if importlib.util.find_spec(name) is None]
if missing: sys.exit('missing modules: ' + ', '.join(missing))
print(sys.version, sys.base_prefix)`;

const howToInstall = `This needs Python 3.11 or newer, as python3, with its module venv:
  Debian, Ubuntu   apt-get install python3-venv
  Fedora           dnf install python3
  macOS            brew install python3`;

/**
 * Installs exactly the packages of a requirements file in a virtual environment under node_modules/.cache. It rebuilds the
 * environment when the requirements or Python change.
 *
 * @param requirements path of the file, which names a hash for every package
 * @param program a command that one of the packages installs
 * @returns the path of `program`
 * @throws {Error} that names what is missing, or what pip could not install
 */
export async function installPythonProgram(
  requirements: string,
  program: string,
  signal: AbortSignal,
): Promise<string> {
  const environment = join(cache, program);
  const path = join(environment, 'bin', program);
  // Written last, so that it marks a complete environment.
  const stamp = join(environment, 'built-from');
  const builtFrom = createHash('sha256')
    .update(await findPython(signal))
    .update(await readFile(requirements))
    .digest('hex');
  if ((await readIfExists(stamp)) === builtFrom) return path;
  await rm(environment, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', environment], { signal });
  const exactVersions = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--requirement', requirements];
  await run(
    join(environment, 'bin/python'),
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...exactVersions],
    { signal },
  );
  await writeFile(stamp, builtFrom);
  return path;
}

/** Returns the version and folder of Python, because an environment works only with the Python that created it. */
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
