import { parseArgs } from 'node:util';
import { prepare, startEmulators } from './backend.ts';
import { runDemo } from './demo.ts';
import { keptSecrets, newSecrets } from './fake-ssm.ts';
import { startLocalStack } from './localstack.ts';
import { isPortFree } from './ports.ts';
import { startService } from './service.ts';

const usage = `usage: npm start [-- --demo] [--data DIR] [--stage local]
       npm run start:localstack [-- --demo] [--stage local]
  --demo       add an ADMIN, products and a customer, and print requests to try
  --data DIR   keep tables and secrets in DIR; without it they are gone at the end
  --stage NAME "local" lets anyone register as ADMIN, as no other stage does
  PORT and DYNAMODB_PORT, or LOCALSTACK_PORT, in the environment change the ports 3000 and 8000, or 4566
  CACHE_URL=redis://127.0.0.1:6379 shares the cache and the rate limits through a Redis that runs already`;

class UsageError extends Error {}

interface Options {
  demo: boolean;
  stage: string;
  dataDirectory: string | undefined;
  port: number;
  /** LocalStack, not DynamoDB Local and a stand-in for SSM. */
  localStack: boolean;
  backendPort: number;
}

/** The variable that changes the port of what is behind the API. */
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
      throw new UsageError(`"${values.stage}" is no stage name`);
    if (values.demo && values.stage !== 'local')
      throw new UsageError('--demo makes an ADMIN, which only the stage "local" lets anyone do');
    if (values.data === '') throw new UsageError('--data needs a directory');
    const { demo, stage, data: dataDirectory, localstack: localStack } = values;
    if (localStack && dataDirectory !== undefined)
      throw new UsageError('--data is for npm start: LocalStack keeps nothing');
    const port = readPort('PORT', 3000);
    const backendPort = readPort(backendVariable(localStack), localStack ? 4566 : 8000);
    if (port === backendPort)
      throw new UsageError(`PORT and ${backendVariable(localStack)} are both ${port}`);
    return { demo, stage, dataDirectory, port, localStack, backendPort };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function readPort(variable: string, otherwise: number): number {
  const text = process.env[variable] || String(otherwise);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new UsageError(`${variable} is no port: ${text}`);
  return port;
}

const print = (text: string) => process.stdout.write(`${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);

/** Runs everything until the signal is raised; rejects when a part fails. Leaves nothing running. */
async function run(
  { demo, stage, dataDirectory, port, localStack, backendPort }: Options,
  signal: AbortSignal,
): Promise<void> {
  for (const [variable, wanted] of [
    ['PORT', port],
    [backendVariable(localStack), backendPort],
  ] as const)
    if (!(await isPortFree(wanted)))
      throw new Error(`port ${wanted} is taken; choose another with ${variable}`);

  const stops: (() => Promise<void>)[] = [];
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };
  try {
    if (localStack) complain('starting LocalStack; the first time its image is downloaded');
    const startBackend = localStack ? startLocalStack : startEmulators;
    const backend = started(await startBackend({ port: backendPort, dataDirectory, signal }));
    const secrets = dataDirectory === undefined ? newSecrets() : await keptSecrets(stage, dataDirectory);
    await prepare(backend, stage, secrets);
    signal.throwIfAborted();
    const { dynamodbEndpoint, ssmEndpoint, eventBridgeEndpoint } = backend;
    const { CACHE_URL: cacheUrl = '' } = process.env;
    const service = started(
      await startService({
        stage,
        port,
        dynamodbEndpoint,
        ssmEndpoint,
        params: {
          ...(cacheUrl !== '' && { cache_url: cacheUrl }),
          ...(eventBridgeEndpoint !== undefined && { order_events: 'on' }),
        },
        ...(eventBridgeEndpoint !== undefined && { environment: { AWS_ENDPOINT_URL: eventBridgeEndpoint } }),
        onLine: complain,
        signal,
      }),
    );
    if (demo) print(await runDemo(service.url, signal));
    if (stage !== 'local')
      print(`the first ADMIN needs the header Bootstrap-Secret: ${secrets.bootstrapSecret}`);
    print(`ready ${service.url}`);
    const aborted = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined));
      if (signal.aborted) resolve(undefined);
    });
    const died = await Promise.race([backend.exited, service.exited, aborted]);
    if (died !== undefined) throw new Error(`${died}; stopping the rest`);
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
}

const interrupt = new AbortController();
// Ctrl-C may reach us twice: from the terminal and from npm.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());

try {
  await run(readOptions(), interrupt.signal);
} catch (error) {
  if (error instanceof UsageError) {
    complain(`${error.message}\n${usage}`);
    process.exitCode = 2;
  } else if (!interrupt.signal.aborted) {
    complain(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
