import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { freePort, isPortFree } from '../../../localstack/ports.ts';
import { checkOut, createApiShop, putInCart, signUp } from '../../support/api-driver/api-driver.ts';
import { createClient } from '../../support/api-driver/client.ts';
import { startFakeEventBus } from '../../support/fakes/fake-event-bus.ts';
import { until } from '../../support/services/processes.ts';
import { startProgram } from '../../support/services/start-program.ts';

const root = join(import.meta.dirname, '../../..');
const composeFile = z.object({
  services: z.object({
    localstack: z.object({
      image: z.string(),
      ports: z.array(z.string()),
      healthcheck: z.object({ test: z.tuple([z.literal('CMD')], z.string()) }),
    }),
  }),
});

describe('compose.yaml', () => {
  it('pins a release without a licence, has a health check and listens only on 127.0.0.1', async () => {
    const text = await readFile(join(root, 'localstack/compose.yaml'), 'utf8');
    const { services } = composeFile.parse(parse(text));
    expect(services.localstack.image).toMatch(/^localstack\/localstack:4\.\d+\.\d+$/);
    expect(services.localstack.ports.length).toBeGreaterThan(0);
    for (const port of services.localstack.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services.localstack.healthcheck.test.join(' ')).toContain('/_localstack/health');
  });
});

describe('npm run start:localstack', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'docker-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** Puts a fake docker first in PATH. */
  async function fakeDocker(script: string): Promise<NodeJS.ProcessEnv> {
    const program = join(directory, 'docker');
    await writeFile(program, `#!/bin/sh\necho "$@" >> '${directory}/calls'\n${script}`);
    await chmod(program, 0o755);
    return { PATH: `${directory}:${process.env['PATH']}` };
  }
  const calls = async () => (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');

  it.each([
    ['a missing docker command', undefined, /needs a Docker engine: "docker" is not in PATH/],
    [
      'a missing Docker engine',
      'echo "Cannot connect to the Docker daemon" >&2; exit 1',
      /Docker engine: Cannot connect/,
    ],
    ['a missing Docker Compose', '[ "$1" = version ] || { echo "unknown command" >&2; exit 1; }', /Compose 2: unknown/],
  ])('reports %s and starts nothing', async (_, script, message) => {
    const environment = script === undefined ? { PATH: directory } : await fakeDocker(script);
    const run = await startProgram(['--localstack'], environment);
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toContain('npm start');
  });

  it('names an endpoint where no LocalStack responds', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const run = await startProgram(['--localstack'], { LOCALSTACK_ENDPOINT: endpoint });
    const { code, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `No LocalStack responds at LOCALSTACK_ENDPOINT=${endpoint}.\n`,
    });
  });

  it('rejects --data', async () => {
    const { code, stderr } = await (await startProgram(['--localstack', '--data', 'x'])).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/--data.*\nUsage: /s);
  });

  it('runs the API on its tables, secrets and event bus and removes the container after Ctrl-C', async () => {
    const values = new Map<string, string>();
    const [parameters, bus, localStackPort] = [await startFakeSsm(values), await startFakeEventBus(), await freePort()];
    const fakeLocalStack = join(root, 'test/support/fakes/fake-localstack.ts');
    const run = await startProgram(['--localstack', '--stage', 'stack'], {
      ...(await fakeDocker(`case "$*" in *" up "*) exec '${process.execPath}' '${fakeLocalStack}' ;; esac`)),
      LOCALSTACK_PORT: String(localStackPort),
      FAKE_DYNAMODB: inject('dynamodbEndpoint'),
      FAKE_SSM: parameters.endpoint,
      FAKE_EVENTS: bus.endpoint,
    });
    await until(async () => run.stdout().includes('ready ') || run.child.exitCode !== null, 90_000);
    expect(run.stdout(), run.stderr()).toContain(`ready http://127.0.0.1:${run.port}\n`);
    expect(bus.busNames).toEqual(['sellout-stack-orders']);

    const anyone = createClient(`http://127.0.0.1:${run.port}`);
    const headers = { 'Bootstrap-Secret': values.get('/sellout/stack/bootstrap-secret') ?? '' };
    const store = createApiShop(anyone, await signUp(anyone, { role: 'ADMIN' }, { headers }));
    const [{ id: product }, guest] = [await store.product(), await store.guest()];
    await putInCart(guest, product, 1);
    const { id } = await checkOut(guest);
    await until(async () => bus.accepted.some(({ Detail }) => Detail.includes(`${id}:CONFIRMED`)));

    run.child.kill('SIGINT');
    const { code } = await run.ended;
    await Promise.all([parameters.stop(), bus.stop()]);
    expect(code, run.stderr()).toBe(0);
    const compose = `compose --project-name sellout-${localStackPort} --file ${root}/localstack/compose.yaml`;
    expect(await calls()).toEqual([
      'version --format {{.Server.Version}}',
      'compose version',
      `${compose} up --abort-on-container-exit`,
      `${compose} down --volumes --timeout 3`,
    ]);
    expect(await isPortFree(localStackPort)).toBe(true);
    expect(await run.leftovers()).toEqual([]);
  }, 120_000);
});
