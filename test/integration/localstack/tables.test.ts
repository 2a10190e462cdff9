import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createTables, readTables } from '../../../localstack/tables.ts';
import { connect, freshTables } from '../../support/database/tables.ts';

describe('createTables', () => {
  it('makes every table of serverless.yml with its keys, indexes, stream and expiry', async () => {
    const { documents, prefix, tables } = await freshTables();
    const wanted = await readTables({ prefix });
    expect(wanted.map(({ TableName }) => TableName)).toEqual(expect.arrayContaining(Object.values(tables)));
    for (const { TableName, KeySchema, GlobalSecondaryIndexes, ...rest } of wanted) {
      const { Table } = await documents.send(new DescribeTableCommand({ TableName }));
      expect(Table?.KeySchema).toEqual(KeySchema);
      const indexNames = (GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
      expect((Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName).sort()).toEqual(
        indexNames.sort(),
      );
      expect(Table?.StreamSpecification?.StreamViewType).toBe(rest.StreamSpecification?.StreamViewType);
      const { TimeToLiveDescription } = await documents.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(TimeToLiveDescription?.AttributeName).toBe(rest.TimeToLiveSpecification?.AttributeName);
    }
    expect(wanted.some(({ GlobalSecondaryIndexes }) => GlobalSecondaryIndexes)).toBe(true);
    expect(wanted.some(({ TimeToLiveSpecification }) => TimeToLiveSpecification)).toBe(true);
    documents.destroy();
  });

  it('leaves a table that exists as it is', async () => {
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
    const file = join(directory, 'serverless.yml');
    await writeFile(
      file,
      `service: shop
custom:
  table: &table { SSESpecification: { SSEEnabled: '${variable('param:encrypted')}' }, BillingMode: PAY_PER_REQUEST }
  stream: &stream { StreamViewType: !Ref View }
provider: { role: !GetAtt [Role, Arn], table: !Ref ThingsTable }
resources:
  Resources:
    Queue: { Type: "AWS::SQS::Queue", Properties: { RedrivePolicy: !Sub "x" } }
    ThingsTable:
      Type: AWS::DynamoDB::Table
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

  it('passes over other resources', async () => {
    const [table, ...others] = await read('');
    expect(table?.TableName).toBe('mine-things');
    expect(others).toEqual([]);
  });

  it('passes over properties that change nothing here, whatever they hold', async () => {
    const warm = `WarmThroughput: { WriteUnitsPerSecond: '${variable('param:warm')}', ReadUnitsPerSecond: !Ref Warm }`;
    const [table] = await read(warm);
    expect(table).toEqual((await read(''))[0]);
    expect(Object.keys(table ?? {}).sort()).toEqual(
      ['AttributeDefinitions', 'BillingMode', 'KeySchema', 'TableName'].sort(),
    );
  });

  it('takes what tables have in common from where it stands, as strictly', async () => {
    expect((await read(''))[0]?.BillingMode).toBe('PAY_PER_REQUEST');
    await expect(read('StreamSpecification: *stream')).rejects.toThrow('ThingsTable: the tag !Ref');
  });

  it('refuses a property that it does not know', async () => {
    await expect(read('LocalSecondaryIndexes: []')).rejects.toThrow(/ThingsTable: .*LocalSecondaryIndexes/);
  });

  it('refuses a variable that it does not know', async () => {
    await expect(read('', variable('param:name'))).rejects.toThrow(/ThingsTable: the variable .*param:name/);
  });

  it('refuses a tag inside a table', async () => {
    await expect(read('', '!Ref Name')).rejects.toThrow('ThingsTable: the tag !Ref');
  });
});
