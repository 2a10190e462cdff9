import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createTables, readTables } from '../../../localstack/tables.ts';
import { connect, freshTables } from '../../support/database/tables.ts';

describe('createTables', () => {
  it('creates every table of deploy/tables.yml with its keys, indexes, stream and expiry', async () => {
    const { documents, prefix, tables } = await freshTables();
    const wanted = await readTables({ prefix });
    expect(wanted.map(({ TableName }) => TableName)).toEqual(expect.arrayContaining(Object.values(tables)));
    for (const { TableName, KeySchema, GlobalSecondaryIndexes, ...rest } of wanted) {
      const { Table } = await documents.send(new DescribeTableCommand({ TableName }));
      expect(Table?.KeySchema).toEqual(KeySchema);
      const indexNames = (GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
      expect((Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName).sort()).toEqual(indexNames.sort());
      expect(Table?.StreamSpecification?.StreamViewType).toBe(rest.StreamSpecification?.StreamViewType);
      const { TimeToLiveDescription } = await documents.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription?.AttributeName).toBe(rest.TimeToLiveSpecification?.AttributeName);
    }
    expect(wanted.some(({ GlobalSecondaryIndexes }) => GlobalSecondaryIndexes)).toBe(true);
    expect(wanted.some(({ TimeToLiveSpecification }) => TimeToLiveSpecification)).toBe(true);
    documents.destroy();
  });

  it('leaves existing tables unchanged', async () => {
    const endpoint = inject('dynamodbEndpoint');
    const prefix = `test-${randomUUID()}`;
    const names = await createTables({ endpoint, prefix });
    expect(await createTables({ endpoint, prefix })).toEqual(names);
    connect(endpoint).destroy();
  });
});

describe('readTables', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tables-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const variable = (address: string) => `$\{${address}}`;

  async function read(extra: string, name = `${variable('self:service')}-${variable('sls:stage')}-things`) {
    const file = join(directory, 'tables.yml');
    await writeFile(
      file,
      `defaults:
  resource: &resource { Type: "AWS::DynamoDB::Table", DeletionPolicy: !Ref Policy }
  table: &table { SSESpecification: { SSEEnabled: '${variable('param:encrypted')}' }, BillingMode: PAY_PER_REQUEST }
  stream: &stream { StreamViewType: !Ref View }
Resources:
  ThingsTable:
    <<: *resource
    Properties:
      <<: *table
      TableName: ${name}
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ${extra}
`,
    );
    return readTables({ prefix: 'mine', file });
  }

  it('replaces service and stage in table names by the prefix', async () => {
    expect((await read('')).map(({ TableName }) => TableName)).toEqual(['mine-things']);
  });

  it('ignores properties without local effect, whatever their values', async () => {
    const warm = `WarmThroughput: { WriteUnitsPerSecond: '${variable('param:warm')}', ReadUnitsPerSecond: !Ref Warm }`;
    const [table] = await read(warm);
    expect(table).toEqual((await read(''))[0]);
    expect(Object.keys(table ?? {}).sort()).toEqual(
      ['AttributeDefinitions', 'BillingMode', 'KeySchema', 'TableName'].sort(),
    );
  });

  it('resolves aliases and checks what they refer to', async () => {
    expect((await read(''))[0]?.BillingMode).toBe('PAY_PER_REQUEST');
    await expect(read('StreamSpecification: *stream')).rejects.toThrow(/ThingsTable .*tag !Ref/);
  });

  it.each([
    ['a property', 'LocalSecondaryIndexes: []', undefined, /ThingsTable .*LocalSecondaryIndexes/],
    ['a variable', '', variable('param:name'), /ThingsTable .*variable .*param:name/],
    ['a CloudFormation tag', '', '!Ref Name', /ThingsTable .*tag !Ref/],
  ])('throws on %s that is not supported locally', async (_, extra, name, message) => {
    await expect(read(extra, name)).rejects.toThrow(message);
  });

  it('throws on a YAML syntax error', async () => {
    await expect(read('}')).rejects.toThrow(/tables\.yml is not valid YAML/);
  });
});
