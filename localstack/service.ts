import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { type Child, respondsOk, supervise, untilReady } from './child.ts';
import { localAws } from './dummy-credentials.ts';
import { freePort, isPortFree } from './ports.ts';

const root = join(import.meta.dirname, '..');
/** serverless-offline prints it for a handler that it cannot load. */
const handlerFailed = 'Unhandled exception in handler';
const startTimeoutMs = 60_000;

export interface Service extends Child {
  readonly url: string;
}

interface ServiceOptions {
  stage: string;
  /** A free port by default. */
  port?: number | undefined;
  dynamodbEndpoint: string;
  ssmEndpoint: string;
  /** Milliseconds between reads of a stream, by default those of streams.mjs. */
  streamReadIntervalMs?: number | undefined;
  environment?: Readonly<Record<string, string>>;
  /** Parameters of serverless.yml, such as `limit_orders_per_account: '60/60'`. */
  params?: Readonly<Record<string, string>>;
  /** Called with each line of the handlers' logs and of serverless-offline's warnings, once the API is ready. */
  onLine?: ((line: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs the API of serverless.yml and resolves when GET /health returns 200. It ends with `stop`, and when this process
 * ends, even if killed.
 *
 * @throws {Error} when the port is in use or the API does not respond; nothing is left running
 */
export async function startService({
  stage,
  port,
  dynamodbEndpoint,
  ssmEndpoint,
  streamReadIntervalMs,
  environment = {},
  params = {},
  onLine,
  signal,
}: ServiceOptions): Promise<Service> {
  const usedPort = port ?? (await freePort());
  if (!(await isPortFree(usedPort))) throw new Error(`Port ${usedPort} is in use, so the API cannot start.`);
  const lambdaPort = await freePort();
  // One folder per service, so that several can run in parallel.
  const workFolder = join('.esbuild', String(usedPort));
  const args = [
    '--stage',
    stage,
    '--httpPort',
    String(usedPort),
    '--lambdaPort',
    String(lambdaPort),
    '--noSponsor',
    // Bundling without packages starts three times faster. ES modules, because some packages are ES modules only.
    ...Object.entries({
      packages: 'external',
      format: 'esm',
      extension: '.mjs',
      ...params,
    }).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
  ];
  const child = spawn(
    process.execPath,
    [
      '--import',
      join(import.meta.dirname, 'exit-with-parent.ts'),
      await serverlessProgram(),
      'offline',
      'start',
      ...args,
    ],
    {
      cwd: root,
      detached: true,
      stdio: 'pipe',
      env: {
        ...process.env,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
        AWS_ENDPOINT_URL_SSM: ssmEndpoint,
        AWS_ACCESS_KEY_ID: localAws.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: localAws.credentials.secretAccessKey,
        AWS_REGION: localAws.region,
        ESBUILD_WORK_FOLDER: workFolder,
        ...(streamReadIntervalMs !== undefined && { STREAM_READ_INTERVAL_MS: String(streamReadIntervalMs) }),
        // Metrics are log lines for CloudWatch.
        POWERTOOLS_METRICS_DISABLED: 'true',
        // At level notice, it prints two lines per request.
        SLS_LOG_LEVEL: 'warning',
        SLS_TELEMETRY_DISABLED: '1',
        SLS_NOTIFICATIONS_MODE: 'off',
        ...environment,
      },
    },
  );
  const name = 'The API';
  // Stopped by closing its stdin, because its own shutdown waits up to 5 s for idle connections.
  const supervised = supervise(name, child);
  const service: Service = {
    ...supervised,
    url: `http://127.0.0.1:${usedPort}`,
    stop: async () => {
      await supervised.stop();
      await rm(join(root, workFolder), { recursive: true, force: true });
    },
  };
  await untilReady({
    name,
    child: service,
    isReady: () => respondsOk(`${service.url}/health`),
    failure: () => (service.output().includes(handlerFailed) ? `${name} failed` : undefined),
    timeoutMs: startTimeoutMs,
    signal,
  });
  // Not earlier: the first fifty lines are a banner, and the error of a failed start contains its output.
  if (onLine) for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  return service;
}

async function serverlessProgram(): Promise<string> {
  const packageFile = createRequire(import.meta.url).resolve('serverless/package.json');
  const shape = z.object({ bin: z.object({ serverless: z.string() }) });
  const { bin } = shape.parse(JSON.parse(await readFile(packageFile, 'utf8')));
  return join(dirname(packageFile), bin.serverless);
}
