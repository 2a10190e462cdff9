import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { aborted, respondsOk, spawnTied, untilReady } from './child.ts';
import { emulator } from './dynamodb-local.ts';
import { findJava } from './java.ts';
import { isPortFree } from './ports.ts';
import { installPythonProgram } from './python.ts';

const installTimeoutMs = 10 * 60_000;
const startTimeoutMs = 120_000;
const directory = import.meta.dirname;

/** Installs LocalStack and returns its Python. */
async function install(signal: AbortSignal): Promise<string> {
  const requirements = join(directory, 'requirements-localstack.txt');
  const program = await installPythonProgram(requirements, 'localstack-supervisor', signal, {
    minMinor: 12,
    buildRequirements: join(directory, 'requirements-localstack-build.txt'),
  });
  return join(dirname(program), 'python');
}

/**
 * Puts where LocalStack looks for its downloads: our DynamoDB Local, and a Java that starts it without the agent that
 * LocalStack would download.
 */
async function provideDownloads(root: string): Promise<void> {
  const libraries = join(root, 'var/lib/localstack/lib');
  const java = join(libraries, 'java/21/bin/java');
  await mkdir(dirname(java), { recursive: true });
  await writeFile(
    java,
    `#!/bin/sh
for arg; do shift; case $arg in -javaagent:*) ;; *) set -- "$@" "$arg" ;; esac; done
# Without the directory of this script, which LocalStack put first.
PATH=\${PATH#*:}
exec '${await findJava()}' "$@"
`,
  );
  await chmod(java, 0o755);
  await mkdir(join(libraries, 'dynamodb-local'));
  await symlink(emulator, join(libraries, 'dynamodb-local/2'));
}

/** @see https://docs.localstack.cloud/references/configuration/ */
const settings = (root: string, address: string) => ({
  FILESYSTEM_ROOT: root,
  // It takes a machine that is itself a container for its image.
  OVERRIDE_IN_DOCKER: '0',
  // The default server listens on all addresses.
  GATEWAY_SERVER: 'hypercorn',
  GATEWAY_LISTEN: address,
  LOCALSTACK_HOST: address,
  // Otherwise the URL of a queue has a subdomain of the address.
  SQS_ENDPOINT_STRATEGY: 'path',
  DNS_ADDRESS: '0',
  DISABLE_EVENTS: '1',
  SKIP_SSL_CERT_DOWNLOAD: '1',
  DYNAMODB_IN_MEMORY: '1',
  // Streams of DynamoDB Local. Those of the default provider need Kinesis.
  PROVIDER_OVERRIDE_DYNAMODB: 'v2',
  PROVIDER_OVERRIDE_DYNAMODBSTREAMS: 'v2',
});

/** Runs LocalStack until the signal aborts. Rejects when it ends earlier. Leaves no process and no file. */
async function run(port: number, signal: AbortSignal): Promise<void> {
  if (!(await isPortFree(port))) throw new Error(`Port ${port} is in use. Choose another with LOCALSTACK_PORT.`);
  process.stderr.write(
    'Starting LocalStack. The first start installs it in node_modules/.cache, which takes a minute.\n',
  );
  const python = await install(AbortSignal.any([signal, AbortSignal.timeout(installTimeoutMs)]));
  const root = join(directory, '../node_modules/.cache/localstack', String(port));
  await rm(root, { recursive: true, force: true });
  try {
    await provideDownloads(root);
    const assignments = Object.entries(settings(root, `127.0.0.1:${port}`)).map(([name, value]) => `${name}=${value}`);
    const name = 'LocalStack';
    const child = spawnTied(name, 'env', [...assignments, python, join(directory, 'host.py')], root);
    const endpoint = `http://127.0.0.1:${port}`;
    const isReady = () => respondsOk(`${endpoint}/_localstack/health`);
    await untilReady({ name, child, isReady, timeoutMs: startTimeoutMs, signal });
    process.stdout.write(`ready ${endpoint}\n`);
    const died = await Promise.race([child.exited, aborted(signal)]);
    await child.stop();
    if (died !== undefined) throw new Error(`${died}\n${child.output()}`);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
try {
  await run(Number(process.env['LOCALSTACK_PORT'] || 4566), interrupt.signal);
} catch (error) {
  if (!interrupt.signal.aborted) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
