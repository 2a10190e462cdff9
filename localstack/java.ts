import { execFile } from 'node:child_process';
import { glob, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { install } from 'njre';
import { describeError } from './describe-error.ts';

const run = promisify(execFile);
const minVersion = 17;
const cacheDirectory = join(import.meta.dirname, '../node_modules/.cache/java');

const howToInstall = `Install Java ${minVersion} or newer and start again:
  Debian, Ubuntu   apt-get install openjdk-17-jre-headless
  Fedora           dnf install java-21-openjdk-headless
  macOS            brew install openjdk@21, then set JAVA_HOME to $(brew --prefix openjdk@21)
or set JAVA_HOME to an installed Java.`;

interface FindJavaOptions {
  environment?: NodeJS.ProcessEnv;
  /** Downloads a Java runtime and returns the path of the program. */
  fetchJava?: () => Promise<string>;
}

/**
 * Returns a Java program of version 17 or newer from JAVA_HOME or PATH. Otherwise downloads one from Adoptium once and
 * caches it in node_modules/.cache.
 *
 * @throws {Error} that lists every place tried with the reason it failed, and what to install
 */
export async function findJava({
  environment = process.env,
  fetchJava = fetchJavaRuntime,
}: FindJavaOptions = {}): Promise<string> {
  const home = environment['JAVA_HOME'];
  const places: { place: string; find: () => Promise<string> }[] = [
    ...(home ? [{ place: `JAVA_HOME (${home})`, find: async () => join(home, 'bin/java') }] : []),
    { place: 'PATH', find: async () => 'java' },
    { place: 'download', find: fetchJava },
  ];
  const failures = home ? [] : ['JAVA_HOME: not set'];
  for (const { place, find } of places) {
    try {
      const program = await find();
      const version = await readVersion(program, environment);
      if (version >= minVersion) return program;
      failures.push(`${place}: Java ${version} is too old`);
    } catch (cause) {
      failures.push(`${place}: ${describeError(cause, 'no Java program found')}`);
    }
  }
  const tried = failures.map((reason) => `  ${reason}`).join('\n');
  throw new Error(`DynamoDB Local needs Java ${minVersion} or newer. Tried:\n${tried}\n${howToInstall}`);
}

/** Returns the major version: `1.8.0_402` is 8, `17.0.15` is 17. */
async function readVersion(program: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const { stderr, stdout } = await run(program, ['-version'], { env: environment, timeout: 30_000 });
  const version = /version "(?:1\.)?(\d+)/.exec(stderr + stdout)?.[1];
  if (version === undefined) throw new Error(`${program} does not print its version`);
  return Number(version);
}

async function fetchJavaRuntime(): Promise<string> {
  const cached = await findCached();
  if (cached !== undefined) return cached;
  await mkdir(cacheDirectory, { recursive: true });
  // njre unpacks next to this path, not into it.
  await install(minVersion, { type: 'jre', installPath: join(cacheDirectory, 'runtime') });
  const fetched = await findCached();
  if (fetched === undefined) throw new Error('The download contains no Java program.');
  return fetched;
}

async function findCached(): Promise<string | undefined> {
  const programs = ['jre/*/bin/java', 'jre/*/Contents/Home/bin/java'];
  for await (const program of glob(programs, { cwd: cacheDirectory })) return join(cacheDirectory, program);
  return undefined;
}
