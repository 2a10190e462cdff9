import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError } from './describe-error.ts';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '../node_modules/.cache');

const probe = (minMinor: number) => `
import importlib.util, sys
if sys.version_info < (3, ${minMinor}): sys.exit('found Python %d.%d' % sys.version_info[:2])
missing = [name for name in ('venv', 'ensurepip') if importlib.util.find_spec(name) is None]
if missing: sys.exit('missing modules: ' + ', '.join(missing))
print(sys.version, sys.base_prefix)`;

const howToInstall = `with its module venv, in PATH or installed by pyenv:
  Debian, Ubuntu   apt-get install python3-venv
  Fedora           dnf install python3
  macOS            brew install python3`;

interface PythonOptions {
  /** The oldest Python 3, such as 12 for Python 3.12. */
  minMinor?: number;
  /** Requirements file of what builds the packages without wheels, which `requirements` names with `--no-binary`. */
  buildRequirements?: string;
}

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
  { minMinor = 11, buildRequirements }: PythonOptions = {},
): Promise<string> {
  const environment = join(cache, program);
  const path = join(environment, 'bin', program);
  const files = buildRequirements === undefined ? [requirements] : [buildRequirements, requirements];
  // Written last, so that it marks a complete environment.
  const stamp = join(environment, 'built-from');
  const python = await findPython(minMinor, signal);
  const builtFrom = createHash('sha256').update(python.identity);
  for (const file of files) builtFrom.update(await readFile(file));
  const digest = builtFrom.digest('hex');
  if ((await readIfExists(stamp)) === digest) return path;
  await rm(environment, { recursive: true, force: true });
  await run(python.program, ['-m', 'venv', environment], { signal });
  // Python compiles a module when it is first imported.
  const pip = [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '--no-build-isolation'],
    ...['--require-hashes', '--no-deps', '--only-binary', ':all:'],
  ];
  for (const file of files) await run(join(environment, 'bin/python'), [...pip, '--requirement', file], { signal });
  await writeFile(stamp, digest);
  return path;
}

/**
 * Finds a Python in PATH, by version too, and among those of pyenv.
 *
 * @returns the program, with its version and folder, because an environment works only with the Python that created it
 */
async function findPython(minMinor: number, signal: AbortSignal): Promise<{ program: string; identity: string }> {
  const programs = ['python3', 'python3.13', 'python3.12', 'python3.11'];
  const pyenv = process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv');
  for await (const program of glob('versions/3.*/bin/python3', { cwd: pyenv })) programs.push(join(pyenv, program));
  const failures: string[] = [];
  for (const program of programs) {
    try {
      const { stdout } = await run(program, ['-c', probe(minMinor)], { signal });
      return { program, identity: stdout };
    } catch (cause) {
      signal.throwIfAborted();
      failures.push(`  ${program}: ${describeError(cause, 'not found')}`);
    }
  }
  throw new Error(`This needs Python 3.${minMinor} or newer, ${howToInstall}\nTried:\n${failures.join('\n')}`);
}

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
