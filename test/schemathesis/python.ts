import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError } from '../../localstack/describe-error.ts';

const run = promisify(execFile);
const environment = join(import.meta.dirname, '../../node_modules/.cache/schemathesis');
/** Written last: says what a whole environment was made of. */
const stamp = join(environment, 'made-of');
const requirements = join(import.meta.dirname, 'requirements.txt');

const probe = `
import importlib.util, sys
if sys.version_info < (3, 11): sys.exit('it is Python %d.%d' % sys.version_info[:2])
missing = [name for name in ('venv', 'ensurepip') if importlib.util.find_spec(name) is None]
if missing: sys.exit('it lacks ' + ' and '.join(missing))
print(sys.version, sys.base_prefix)`;

const howToInstall = `Schemathesis needs Python 3.11 or newer, as python3, with its module venv:
  Debian, Ubuntu   apt-get install python3-venv
  Fedora           dnf install python3
  macOS            brew install python3`;

/**
 * The program `st`, from the packages of requirements.txt and no others, in a virtual environment under node_modules/.cache.
 * It is made anew when these packages or Python are others.
 *
 * @throws {Error} that says what is missing, or what pip could not install
 */
export async function installSchemathesis(signal: AbortSignal): Promise<string> {
  const program = join(environment, 'bin/st');
  const madeOf = createHash('sha256')
    .update(await findPython(signal))
    .update(await readFile(requirements))
    .digest('hex');
  if ((await readIfThere(stamp)) === madeOf) return program;
  await rm(environment, { recursive: true, force: true });
  await run('python3', ['-m', 'venv', environment], { signal });
  const exactly = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--requirement', requirements];
  await run(
    join(environment, 'bin/python'),
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...exactly],
    { signal },
  );
  await writeFile(stamp, madeOf);
  return program;
}

/** Which Python it is, down to its folder: an environment goes with the one that made it. */
async function findPython(signal: AbortSignal): Promise<string> {
  try {
    const { stdout } = await run('python3', ['-c', probe], { signal });
    return stdout;
  } catch (cause) {
    signal.throwIfAborted();
    throw new Error(`${howToInstall}\npython3: ${describeError(cause, 'there is none')}`, { cause });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
