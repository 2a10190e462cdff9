import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { createOrderDeps } from '../../../lib/orders/order-deps.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { tableNames } from '../../../lib/platform/table-names.ts';
import { createProduct } from '../../../lib/products/create-product.ts';
import { startFakeAwsService } from '../../../localstack/fake-aws-service.ts';
import { type FakeSsm, startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { createTables } from '../../../localstack/tables.ts';
import { createParameterStore } from '../../../tools/ops/parameter-store.ts';
import { connect } from '../../support/database/tables.ts';
import { operator, runOps } from '../../support/services/run-ops.ts';

const keysOf = (value: string | undefined) =>
  z.object({ keys: z.array(z.object({ kid: z.string() })) }).parse(JSON.parse(value ?? '')).keys;

let values: Map<string, string>;
let parameters: FakeSsm;
let environment: NodeJS.ProcessEnv;
beforeEach(async () => {
  values = new Map();
  parameters = await startFakeSsm(values);
  environment = {
    ...operator,
    AWS_ENDPOINT_URL_SSM: parameters.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
  };
});
afterEach(() => parameters.stop());
const ops = (line: string) => runOps(line.split(' '), environment);

describe('npm run ops', () => {
  it('prints its usage for an invalid command', async () => {
    const { code, stderr } = await ops('make-secrets --stage');
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: npm run ops');
  });

  it.each(['help', '--help', 'decide-orders --help'])('prints its usage for %s', async (line) => {
    expect(await ops(line)).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: npm run ops') });
  });

  it.each(['rotate-token-key --step add', 'decide-orders'])(
    '%s fails without credentials or region before it changes anything',
    async (line) => {
      const { AWS_REGION, ...noRegion } = environment;
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...nobody } = environment;
      const args = [...line.split(' '), '--stage', 'prod'];
      expect(await runOps(args, noRegion)).toMatchObject({
        code: 1,
        stderr: 'No AWS region. Set AWS_REGION.\n',
      });
      expect(await runOps(args, nobody)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^No AWS credentials/),
      });
      expect(values.size).toBe(0);
    },
  );

  it.each([
    ['make-secrets --stage prdo', 'Unknown stage "prdo". Use local, dev or prod,'],
    ['make-secrets --stage local', 'Stage "local" is never deployed'],
    ['rotate-token-key --stage nope --step add', 'Parameter /sellout/nope/token-keys not found'],
    ['rotate-token-key --stage nope --step replace', 'Parameter /sellout/nope/token-keys not found'],
    [
      'make-first-admin --stage nope --api http://127.0.0.1:9 --email a@example.com',
      'Parameter /sellout/nope/bootstrap-secret not found',
    ],
    ['decide-orders --stage nope', 'Table not found'],
  ])('reports a wrong stage and creates nothing: %s', async (line, words) => {
    const { code, stderr } = await ops(line);
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(values.size).toBe(0);
  });
});

describe('make-secrets', () => {
  it('creates both parameters once, even after an interrupted run', async () => {
    values.set('/sellout/prod/bootstrap-secret', 'from an interrupted run');
    expect(await ops('make-secrets --stage prod')).toMatchObject({ code: 0 });
    const made = values.get('/sellout/prod/token-keys');
    expect(keysOf(made)).toHaveLength(1);
    expect(values.get('/sellout/prod/bootstrap-secret')).toBe('from an interrupted run');

    const again = await ops('make-secrets --stage prod');
    expect(again).toMatchObject({ code: 1, stderr: 'Parameter /sellout/prod/token-keys already exists.\n' });
    expect(values.get('/sellout/prod/token-keys')).toBe(made);
    expect(await ops('make-secrets --stage dev')).toMatchObject({ code: 0 });
    expect(values.get('/sellout/dev/bootstrap-secret')).toHaveLength(32);
  });

  it('prints no secret', async () => {
    const { stdout, stderr } = await ops('make-secrets --stage prod');
    for (const value of values.values()) expect(stdout + stderr).not.toContain(value);
  });
});

describe('make-first-admin', () => {
  it('reports that the ADMIN exists if the secret cannot be deleted', async () => {
    const name = '/sellout/prod/bootstrap-secret';
    const api = await startFakeAwsService(() => ({ status: 201, body: {} }));
    const reader = await startFakeAwsService((target) =>
      target === 'AmazonSSM.GetParameter'
        ? { status: 200, body: { Parameter: { Name: name, Value: 'secret', Version: 1, LastModifiedDate: 0 } } }
        : { status: 400, body: { __type: 'AccessDeniedException', message: 'not authorized' } },
    );
    try {
      const result = await runOps(
        ['make-first-admin', '--stage', 'prod', '--api', api.endpoint, '--email', 'a@example.com'],
        { ...operator, AWS_ENDPOINT_URL_SSM: reader.endpoint },
        'twelve twelve\n',
      );
      expect(result).toMatchObject({ code: 1, stdout: 'Registered a@example.com as ADMIN.\n' });
      expect(result.stderr).toMatch(
        /Could not delete .*Access denied.*It is used up .* aws ssm delete-parameter --name/,
      );
      expect(result.stderr).toContain(name);
    } finally {
      await Promise.all([api.stop(), reader.stop()]);
    }
  });
});

describe('rotate-token-key', () => {
  it('adds a key and rejects an immediate promotion', async () => {
    await ops('make-secrets --stage prod');
    const [old] = keysOf(values.get('/sellout/prod/token-keys'));
    expect(await ops('rotate-token-key --stage prod --step add')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--step promote'),
    });
    const added = values.get('/sellout/prod/token-keys');
    expect(keysOf(added)).toEqual([old, { kid: expect.any(String) }]);

    const { code, stderr } = await ops('rotate-token-key --stage prod --step promote');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^Too early: "promote" is safe/),
    });
    expect(values.get('/sellout/prod/token-keys')).toBe(added);
  });

  it('reports a concurrent change of the parameter', async () => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const store = createParameterStore();
    await store.create('/keys', 'one');
    const read = await store.find('/keys');
    if (read === undefined) throw new Error('The parameter does not exist.');
    await store.replace('/keys', read, 'two');
    await expect(store.replace('/keys', read, 'three')).rejects.toThrow('changed concurrently');
    vi.unstubAllEnvs();
  });
});

describe('decide-orders', () => {
  it('decides orders that are PENDING for over a minute and leaves newer ones to the worker', async () => {
    const stage = `ops-${newId().slice(-12)}`;
    const prefix = `sellout-${stage}`;
    await createTables({ endpoint: inject('dynamodbEndpoint'), prefix });
    const documents = connect(inject('dynamodbEndpoint'));
    const deps = { ...createOrderDeps({ documents, ...tableNames(prefix) }), currency: 'EUR' };
    const { product } = await createProduct(deps, {
      name: 'Keyboard',
      price: 1,
      currency: 'EUR',
      stock: 2,
      stock_shards: 1,
    });
    const submit = async (at: number, id = product.id) => {
      const input = { customerId: newId(), items: [{ id, quantity: 1 }] };
      return (await submitOrder({ ...deps, clock: { now: () => at } }, input)).order.id;
    };
    const old = await Promise.all([1, 2, 3].map(() => submit(Date.now() - 120_000)));
    const young = await submit(Date.now() + 600_000);

    const { code, stdout, stderr } = await ops(`decide-orders --stage ${stage}`);
    expect({ code, stdout }, stderr).toEqual({
      code: 0,
      stdout: 'Orders decided: 3; failed: 0\n',
    });
    const { orders: found } = await deps.orders.getAll([...old, young]);
    expect(found.map(({ status }) => status).sort()).toEqual(['CONFIRMED', 'CONFIRMED', 'PENDING', 'REJECTED']);
    expect(await ops(`decide-orders --stage ${stage}`)).toMatchObject({
      stdout: 'Orders decided: 0; failed: 0\n',
    });

    const other = await createProduct(deps, { name: 'Mouse', price: 1, currency: 'EUR', stock: 1, stock_shards: 1 });
    const broken = await submit(Date.now() - 120_000, other.product.id);
    await documents.send(
      new UpdateCommand({
        TableName: tableNames(prefix).ordersTable,
        Key: { id: broken },
        UpdateExpression: 'SET #total = :many',
        ExpressionAttributeNames: { '#total': 'total' },
        ExpressionAttributeValues: { ':many': 'many' },
      }),
    );
    expect(await ops(`decide-orders --stage ${stage}`)).toEqual({
      code: 1,
      stdout: 'Orders decided: 0; failed: 1\n',
      stderr: `These orders are still PENDING:\n  ${broken}: cannot be parsed by this release\n`,
    });
    documents.destroy();
  });
});
