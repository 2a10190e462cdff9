import { parseArgs } from 'node:util';
import { runDemo } from './demo.ts';
import { startEngine } from './engine.ts';
import { keptSecrets, newSecrets, parametersOf, startParameterStore } from './parameters.ts';
import { isPortFree } from './ports.ts';
import { startService } from './service.ts';
import { createTables, tablePrefix } from './tables.ts';

const usage = `usage: npm start [-- --demo] [--data DIR] [--stage local]
  --demo       add an ADMIN, products and a customer, and print requests to try
  --data DIR   keep tables and secrets in DIR; without it they are gone at the end
  --stage NAME "local" lets anyone register as ADMIN, as no other stage does
  PORT and DYNAMODB_PORT in the environment change the ports 3000 and 8000
  CACHE_URL=redis://127.0.0.1:6379 shares the cache and the rate limits through a Redis that runs already`;

class UsageError extends Error {}

interface Options {
  demo: boolean;
  stage: string;
  dataDirectory: string | undefined;
  port: number;
  dynamodbPort: number;
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      options: {
        demo: { type: 'boolean', default: false },
        data: { type: 'string' },
        stage: { type: 'string', default: 'local' },
      },
    });
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(values.stage))
      throw new UsageError(`"${values.stage}" is no stage name`);
    if (values.demo && values.stage !== 'local')
      throw new UsageError('--demo makes an ADMIN, which only the stage "local" lets anyone do');
    if (values.data === '') throw new UsageError('--data needs a directory');
    const port = readPort('PORT', 3000);
    const dynamodbPort = readPort('DYNAMODB_PORT', 8000);
    if (port === dynamodbPort) throw new UsageError(`PORT and DYNAMODB_PORT are both ${port}`);
    return { demo: values.demo, stage: values.stage, dataDirectory: values.data, port, dynamodbPort };
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
  { demo, stage, dataDirectory, port, dynamodbPort }: Options,
  signal: AbortSignal,
): Promise<void> {
  for (const [variable, wanted] of [
    ['PORT', port],
    ['DYNAMODB_PORT', dynamodbPort],
  ] as const)
    if (!(await isPortFree(wanted)))
      throw new Error(`port ${wanted} is taken; choose another with ${variable}`);

  const stops: (() => Promise<void>)[] = [];
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };
  try {
    const engine = started(await startEngine({ port: dynamodbPort, dataDirectory, signal }));
    const secrets = dataDirectory === undefined ? newSecrets() : await keptSecrets(stage, dataDirectory);
    const parameters = started(await startParameterStore(new Map(parametersOf(stage, secrets))));
    await createTables({ endpoint: engine.endpoint, prefix: await tablePrefix(stage) });
    signal.throwIfAborted();
    const service = started(
      await startService({
        stage,
        port,
        dynamodbEndpoint: engine.endpoint,
        ssmEndpoint: parameters.endpoint,
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
    const died = await Promise.race([engine.exited, service.exited, aborted]);
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
