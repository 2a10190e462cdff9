import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { answersOk, type Child, supervise, untilReady } from './child.ts';
import { localAws } from './dummy-credentials.ts';
import { freePort, isPortFree } from './ports.ts';

const root = join(import.meta.dirname, '..');
/** What serverless-offline prints for a handler that cannot be loaded; waiting would not help. */
const handlerFailed = 'Unhandled exception in handler';
const startTimeoutMs = 60_000;

export interface Service extends Child {
  readonly url: string;
}

interface ServiceOptions {
  stage: string;
  /** A free one if left out. */
  port?: number | undefined;
  dynamodbEndpoint: string;
  ssmEndpoint: string;
  environment?: Readonly<Record<string, string>>;
  /** Parameters of serverless.yml, such as `limit_orders_per_account: '60/60'`. */
  params?: Readonly<Record<string, string>>;
  /** Gets each line, from when it is ready, of the handlers' logs and serverless-offline's complaints. */
  onLine?: ((line: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Runs the API of serverless.yml and resolves when GET /health answers 200. It ends with `stop`, and also
 * when this process dies, however that happens.
 *
 * @throws {Error} when the port is taken or the API does not answer; nothing is left running
 */
export async function startService({
  stage,
  port,
  dynamodbEndpoint,
  ssmEndpoint,
  environment = {},
  params = {},
  onLine,
  signal,
}: ServiceOptions): Promise<Service> {
  const usedPort = port ?? (await freePort());
  if (!(await isPortFree(usedPort))) throw new Error(`port ${usedPort} is taken: the API cannot use it`);
  const lambdaPort = await freePort();
  // Its own, so that two services can run side by side.
  const workFolder = join('.esbuild', String(usedPort));
  const args = [
    '--stage',
    stage,
    '--httpPort',
    String(usedPort),
    '--lambdaPort',
    String(lambdaPort),
    '--noSponsor',
    // Packages stay outside the bundles, which starts three times faster; some exist as ES modules only.
    ...Object.entries({ packages: 'external', format: 'esm', extension: '.mjs', ...params }).flatMap(
      ([name, value]) => ['--param', `${name}=${value}`],
    ),
  ];
  const child = spawn(
    process.execPath,
    [
      '--import',
      join(import.meta.dirname, 'leash.ts'),
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
        // CloudWatch would read these lines; a person would rather not.
        POWERTOOLS_METRICS_DISABLED: 'true',
        // Its notices are two lines for each request.
        SLS_LOG_LEVEL: 'warning',
        SLS_TELEMETRY_DISABLED: '1',
        SLS_NOTIFICATIONS_MODE: 'off',
        ...environment,
      },
    },
  );
  const name = 'the API';
  // Stopped by its leash, because its own shutdown waits up to 5 s for idle connections.
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
    isReady: () => answersOk(`${service.url}/health`),
    failure: () => (service.output().includes(handlerFailed) ? `${name} failed` : undefined),
    timeoutMs: startTimeoutMs,
    signal,
  });
  // Not earlier: a banner of fifty lines comes first, and a failed start tells its output itself.
  if (onLine) for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', onLine);
  return service;
}

async function serverlessProgram(): Promise<string> {
  const packageFile = createRequire(import.meta.url).resolve('serverless/package.json');
  const shape = z.object({ bin: z.object({ serverless: z.string() }) });
  const { bin } = shape.parse(JSON.parse(await readFile(packageFile, 'utf8')));
  return join(dirname(packageFile), bin.serverless);
}
