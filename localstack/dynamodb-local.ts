import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Child, respondsOk, spawnTied, untilReady } from './child.ts';
import { findJava } from './java.ts';
import { freePort, isPortFree } from './ports.ts';

const packageFile = createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json');
/** Directory of DynamoDBLocal.jar. */
export const emulator = join(dirname(packageFile), 'emulator');
/** DynamoDB Local writes a small file into its working directory. */
const cacheDirectory = join(import.meta.dirname, '../node_modules/.cache/dynamodb-local');
const startTimeoutMs = 30_000;

/** DynamoDB Local checks only the format of a signature. */
const listTables: RequestInit = {
  method: 'POST',
  headers: {
    'Content-Type': 'application/x-amz-json-1.0',
    'X-Amz-Target': 'DynamoDB_20120810.ListTables',
    Authorization:
      'AWS4-HMAC-SHA256 Credential=local/20240101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  },
  body: '{}',
};

export interface DynamoDbLocal extends Child {
  readonly endpoint: string;
}

interface DynamoDbLocalOptions {
  /** A free port by default. */
  port?: number | undefined;
  /** Directory of the tables; in memory by default. */
  dataDirectory?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Starts DynamoDB Local and resolves when it responds. It ends with `stop`, and when this process ends, even if killed.
 *
 * @throws {Error} when the port is in use, Java is missing or DynamoDB Local does not respond; it is not left running
 */
export async function startDynamoDbLocal({
  port,
  dataDirectory,
  signal,
}: DynamoDbLocalOptions = {}): Promise<DynamoDbLocal> {
  const java = await findJava();
  signal?.throwIfAborted();
  const workingDirectory = dataDirectory ?? cacheDirectory;
  await mkdir(workingDirectory, { recursive: true });
  const usedPort = port ?? (await freePort());
  // DynamoDB Local keeps running when its port is in use, and the other server would respond to our requests.
  if (!(await isPortFree(usedPort))) throw new Error(`Port ${usedPort} is in use, so DynamoDB Local cannot start.`);

  const args = [
    `-Djava.library.path=${join(emulator, 'DynamoDBLocal_lib')}`,
    // The fastest options for start-up and small operations.
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-jar',
    join(emulator, 'DynamoDBLocal.jar'),
    '-sharedDb',
    ...(dataDirectory === undefined ? ['-inMemory'] : ['-dbPath', '.']),
    '-port',
    String(usedPort),
    '-disableTelemetry',
  ];
  const name = 'DynamoDB Local';
  const child = spawnTied(name, java, args, workingDirectory);
  const endpoint = `http://127.0.0.1:${usedPort}`;
  await untilReady({
    name,
    child,
    isReady: () => respondsOk(endpoint, listTables),
    failure: () => (child.output().includes('Exception in thread "main"') ? `${name} failed` : undefined),
    timeoutMs: startTimeoutMs,
    signal,
  });
  return { ...child, endpoint };
}
