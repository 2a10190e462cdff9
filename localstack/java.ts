import { execFile } from 'node:child_process';
import { glob, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { install } from 'njre';
import { describeError } from './describe-error.ts';

const run = promisify(execFile);
const oldestUsableVersion = 17;
const cacheDirectory = join(import.meta.dirname, '../node_modules/.cache/java');

const howToInstall = `Install Java ${oldestUsableVersion} or newer and start again:
  Debian, Ubuntu   apt-get install openjdk-17-jre-headless
  Fedora           dnf install java-21-openjdk-headless
  macOS            brew install openjdk@21, then set JAVA_HOME to $(brew --prefix openjdk@21)
or set JAVA_HOME to a Java that is installed already.`;

interface FindJavaOptions {
  environment?: NodeJS.ProcessEnv;
  /** Fetches a Java runtime and returns the program, or throws. */
  fetchJava?: () => Promise<string>;
}

/**
 * A Java program of version 17 or newer: that of JAVA_HOME, else that of PATH, else one that is fetched once
 * from Adoptium and kept in node_modules/.cache.
 *
 * @throws {Error} that names every place tried, why each was refused, and what to install
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
  const refused = home ? [] : ['JAVA_HOME: not set'];
  for (const { place, find } of places) {
    try {
      const program = await find();
      const version = await readVersion(program, environment);
      if (version >= oldestUsableVersion) return program;
      refused.push(`${place}: Java ${version} is too old`);
    } catch (cause) {
      refused.push(`${place}: ${describeError(cause, 'no Java program there')}`);
    }
  }
  const tried = refused.map((reason) => `  ${reason}`).join('\n');
  throw new Error(
    `DynamoDB Local needs Java ${oldestUsableVersion} or newer. Tried:\n${tried}\n${howToInstall}`,
  );
}

/** The major version: `1.8.0_402` is 8, `17.0.15` is 17. */
async function readVersion(program: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const { stderr, stdout } = await run(program, ['-version'], { env: environment, timeout: 30_000 });
  const version = /version "(?:1\.)?(\d+)/.exec(stderr + stdout)?.[1];
  if (version === undefined) throw new Error(`${program} does not tell its version`);
  return Number(version);
}

async function fetchJavaRuntime(): Promise<string> {
  const kept = await findFetched();
  if (kept !== undefined) return kept;
  await mkdir(cacheDirectory, { recursive: true });
  // njre unpacks beside the path it is given.
  await install(oldestUsableVersion, { type: 'jre', installPath: join(cacheDirectory, 'runtime') });
  const fetched = await findFetched();
  if (fetched === undefined) throw new Error('the download held no Java program');
  return fetched;
}

async function findFetched(): Promise<string | undefined> {
  const programs = ['jre/*/bin/java', 'jre/*/Contents/Home/bin/java'];
  for await (const program of glob(programs, { cwd: cacheDirectory })) return join(cacheDirectory, program);
  return undefined;
}
