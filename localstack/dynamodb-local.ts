import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { answersOk, type Child, spawnTied, untilReady } from './child.ts';
import { findJava } from './java.ts';
import { freePort, isPortFree } from './ports.ts';

const packageFile = createRequire(import.meta.url).resolve('amplify-dynamodb-simulator/package.json');
const emulator = join(dirname(packageFile), 'emulator');
/** The engine drops a small file of its own where it runs. */
const cacheDirectory = join(import.meta.dirname, '../node_modules/.cache/dynamodb-local');
const startTimeoutMs = 30_000;

/** The engine checks the form of a signature and not more. */
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

interface EngineOptions {
  /** A free one if left out. */
  port?: number | undefined;
  /** Where tables live on; in memory if left out. */
  dataDirectory?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Starts DynamoDB Local and resolves when it answers. It ends with `stop`, and also when this process dies,
 * however that happens.
 *
 * @throws {Error} when the port is taken, Java is missing or the engine does not answer; none is left running
 */
export async function startDynamoDbLocal({
  port,
  dataDirectory,
  signal,
}: EngineOptions = {}): Promise<DynamoDbLocal> {
  const java = await findJava();
  signal?.throwIfAborted();
  const workingDirectory = dataDirectory ?? cacheDirectory;
  await mkdir(workingDirectory, { recursive: true });
  const usedPort = port ?? (await freePort());
  // Checked here, because an engine on a taken port stays alive and another one would answer for it.
  if (!(await isPortFree(usedPort)))
    throw new Error(`port ${usedPort} is taken: DynamoDB Local cannot use it`);

  const args = [
    `-Djava.library.path=${join(emulator, 'DynamoDBLocal_lib')}`,
    // These two start fastest and suit small operations.
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
    isReady: () => answersOk(endpoint, listTables),
    failure: () => (child.output().includes('Exception in thread "main"') ? `${name} failed` : undefined),
    timeoutMs: startTimeoutMs,
    signal,
  });
  return { ...child, endpoint };
}
