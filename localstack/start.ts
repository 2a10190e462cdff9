import { parseArgs } from 'node:util';
import { prepare, startEmulators } from './backend.ts';
import { aborted } from './child.ts';
import { runDemo } from './demo.ts';
import { startLocalStack, useLocalStack } from './localstack.ts';
import { isPortFree } from './ports.ts';
import { newSecrets, storedSecrets } from './secrets.ts';
import { startService } from './service.ts';

const usage = `Usage: npm start [-- --demo] [--data DIR] [--stage local]
       npm run start:localstack [-- --demo] [--stage local]
  --demo       add an ADMIN, products and a customer, and print commands to try
  --data DIR   keep tables and secrets in DIR; by default they are deleted at the end
  --stage NAME on stage "local" (the default), anyone can register as ADMIN
Environment:
  PORT              port of the API, 3000 by default
  DYNAMODB_PORT     port of DynamoDB Local, 8000 by default
  LOCALSTACK_PORT   port of LocalStack, 4566 by default
  LOCALSTACK_ENDPOINT  a running LocalStack to use and leave running, e.g. http://127.0.0.1:4566
  CACHE_URL         a running Redis or Valkey for the shared cache and rate limits, e.g. redis://127.0.0.1:6379`;

class UsageError extends Error {}

interface Options {
  demo: boolean;
  stage: string;
  dataDirectory: string | undefined;
  port: number;
  /** LocalStack instead of DynamoDB Local and a fake SSM. */
  localStack: boolean;
  /** Of a LocalStack that runs already. */
  localStackEndpoint: string | undefined;
  backendPort: number;
}

/** The environment variable with the port of the backend. */
const backendVariable = (localStack: boolean) => (localStack ? 'LOCALSTACK_PORT' : 'DYNAMODB_PORT');

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        demo: { type: 'boolean', default: false },
        data: { type: 'string' },
        stage: { type: 'string', default: 'local' },
        localstack: { type: 'boolean', default: false },
      },
    });
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(values.stage))
      throw new UsageError(`"${values.stage}" is not a valid stage name.`);
    if (values.demo && values.stage !== 'local')
      throw new UsageError('--demo registers an ADMIN, which is only possible on stage "local".');
    if (values.data === '') throw new UsageError('--data requires a directory.');
    const { demo, stage, data: dataDirectory, localstack: localStack } = values;
    if (localStack && dataDirectory !== undefined) throw new UsageError('--data is not supported with LocalStack.');
    const port = readPort('PORT', 3000);
    const backendPort = readPort(backendVariable(localStack), localStack ? 4566 : 8000);
    if (port === backendPort)
      throw new UsageError(`PORT and ${backendVariable(localStack)} must differ, but both are ${port}.`);
    const localStackEndpoint = (localStack && process.env['LOCALSTACK_ENDPOINT']?.replace(/\/$/, '')) || undefined;
    return { demo, stage, dataDirectory, port, localStack, localStackEndpoint, backendPort };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function readPort(variable: string, otherwise: number): number {
  const text = process.env[variable] || String(otherwise);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`${variable} is not a valid port: ${text}`);
  return port;
}

const print = (text: string) => process.stdout.write(`${text}\n`);
const printError = (text: string) => process.stderr.write(`${text}\n`);

/** Runs the API and its backend until the signal aborts. Rejects when a part fails. Leaves nothing running. */
async function run(
  { demo, stage, dataDirectory, port, localStack, localStackEndpoint, backendPort }: Options,
  signal: AbortSignal,
): Promise<void> {
  const ports: [string, number][] = [['PORT', port]];
  if (localStackEndpoint === undefined) ports.push([backendVariable(localStack), backendPort]);
  for (const [variable, wanted] of ports)
    if (!(await isPortFree(wanted))) throw new Error(`Port ${wanted} is in use. Choose another with ${variable}.`);

  const stops: (() => Promise<void>)[] = [];
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };
  try {
    const startBackend = () => {
      if (localStackEndpoint !== undefined) return useLocalStack(localStackEndpoint);
      if (!localStack) return startEmulators({ port: backendPort, dataDirectory, signal });
      printError('Starting LocalStack. The first start downloads its image.');
      return startLocalStack({ port: backendPort, signal });
    };
    const backend = started(await startBackend());
    const secrets = dataDirectory === undefined ? newSecrets() : await storedSecrets(stage, dataDirectory);
    await prepare(backend, stage, secrets);
    signal.throwIfAborted();
    const { dynamodbEndpoint, ssmEndpoint, eventBridgeEndpoint, streamReadIntervalMs } = backend;
    const { CACHE_URL: cacheUrl = '' } = process.env;
    const service = started(
      await startService({
        stage,
        port,
        dynamodbEndpoint,
        ssmEndpoint,
        streamReadIntervalMs,
        params: {
          ...(cacheUrl !== '' && { cache_url: cacheUrl }),
          ...(eventBridgeEndpoint !== undefined && { order_events: 'on' }),
        },
        ...(eventBridgeEndpoint !== undefined && { environment: { AWS_ENDPOINT_URL: eventBridgeEndpoint } }),
        onLine: printError,
        signal,
      }),
    );
    if (demo) print(await runDemo(service.url, signal));
    if (stage !== 'local')
      print(`Register the first ADMIN with the header Bootstrap-Secret: ${secrets.bootstrapSecret}`);
    print(`ready ${service.url}`);
    const died = await Promise.race([backend.exited, service.exited, aborted(signal)]);
    if (died !== undefined) throw new Error(`${died}. Stopping the rest.`);
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
}

const interrupt = new AbortController();
// Ctrl-C can arrive twice: from the terminal and from npm.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());

try {
  await run(readOptions(), interrupt.signal);
} catch (error) {
  if (error instanceof UsageError) {
    printError(`${error.message}\n${usage}`);
    process.exitCode = 2;
  } else if (!interrupt.signal.aborted) {
    printError(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
