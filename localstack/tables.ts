import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { isNode, isScalar, parseDocument, visit } from 'yaml';
import * as z from 'zod';
import { localAws } from './dummy-credentials.ts';

const serverlessFile = join(import.meta.dirname, '../serverless.yml');

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** CloudFormation's properties that change nothing on one machine, of tables and of their indexes. */
const withoutEffectHere = new Set([
  'ContributorInsightsSpecification',
  'DeletionProtectionEnabled',
  'OnDemandThroughput',
  'PointInTimeRecoverySpecification',
  'ResourcePolicy',
  'SSESpecification',
  'TableClass',
  'Tags',
  'WarmThroughput',
]);

const index = z.strictObject({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']),
    NonKeyAttributes: z.optional(z.array(z.string())),
  }),
});

/** Strict, so that a property which would be lost here stops the start instead. */
const table = z.strictObject({
  TableName: z.string(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.optional(z.array(index)),
  StreamSpecification: z.optional(
    z.strictObject({
      StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']),
    }),
  ),
  TimeToLiveSpecification: z.optional(
    z.strictObject({ AttributeName: z.string(), Enabled: z.literal(true) }),
  ),
});
type Table = z.infer<typeof table>;

const serviceFile = z.object({
  service: z.string(),
  resources: z.object({ Resources: z.record(z.string(), z.object({ Type: z.string() })) }),
});

interface ReadTablesOptions {
  /** Stands in for `${self:service}-${sls:stage}` in the names. */
  prefix: string;
  file?: string | undefined;
}

/** What a stage's table names start with. */
export async function tablePrefix(stage: string): Promise<string> {
  const { service } = await readServiceFile(serverlessFile);
  return `${service}-${stage}`;
}

async function readServiceFile(file: string) {
  // CloudFormation's tags (!Ref, !GetAtt, !Sub) are fine elsewhere in the file.
  const document = parseDocument(await readFile(file, 'utf8'), { logLevel: 'error', merge: true });
  const [syntaxError] = document.errors;
  if (syntaxError) throw new Error(`${file} is not valid YAML`, { cause: syntaxError });
  return { document, ...serviceFile.parse(document.toJS()) };
}

/**
 * The tables of serverless.yml, which has their only definition.
 *
 * @throws {Error} when a table holds a property, a variable or a tag that would be lost here
 */
export async function readTables({ prefix, file = serverlessFile }: ReadTablesOptions): Promise<Table[]> {
  const { document, resources } = await readServiceFile(file);
  return Object.entries(resources.Resources)
    .filter(([, resource]) => resource.Type === 'AWS::DynamoDB::Table')
    .map(([name]) => {
      const properties: unknown = document.getIn(['resources', 'Resources', name, 'Properties'], true);
      if (!isNode(properties)) throw new Error(`${name}: has no properties`);
      visit(properties, {
        Pair: (_, { key }) =>
          isScalar(key) && withoutEffectHere.has(String(key.value)) ? visit.SKIP : undefined,
        Alias: (_, alias) => alias.resolve(document),
        Value: (_, node) => {
          if (node.tag?.startsWith('!'))
            throw new Error(`${name}: the tag ${node.tag} is not understood here`);
        },
      });
      const text = JSON.stringify(properties.toJS(document), (key, value: unknown) =>
        withoutEffectHere.has(key) ? undefined : value,
      )
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of serverless.yml
        .replaceAll('${self:service}-${sls:stage}', prefix);
      const variable = /\$\{[^}]*\}/.exec(text)?.[0];
      if (variable) throw new Error(`${name}: the variable ${variable} is not understood here`);
      const parsed = table.safeParse(JSON.parse(text));
      if (!parsed.success) throw new Error(`${name}: ${z.prettifyError(parsed.error)}`);
      return parsed.data;
    });
}

interface CreateTablesOptions extends ReadTablesOptions {
  endpoint: string;
}

/**
 * Creates the tables of serverless.yml, all at once, and resolves with their names when each can be used. A
 * table that exists stays as it is.
 */
export async function createTables({ endpoint, ...options }: CreateTablesOptions): Promise<string[]> {
  const client = new DynamoDBClient({ endpoint, ...localAws });
  try {
    const tables = await readTables(options);
    return await Promise.all(tables.map((table) => createTable(client, table)));
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, table: Table): Promise<string> {
  const { TimeToLiveSpecification, StreamSpecification, GlobalSecondaryIndexes } = table;
  const { TableName, BillingMode, AttributeDefinitions, KeySchema } = table;
  const input: CreateTableCommandInput = { TableName, BillingMode, AttributeDefinitions, KeySchema };
  if (GlobalSecondaryIndexes !== undefined)
    input.GlobalSecondaryIndexes = GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    }));
  if (StreamSpecification !== undefined)
    // CloudFormation leaves out what DynamoDB wants said.
    input.StreamSpecification = { StreamEnabled: true, StreamViewType: StreamSpecification.StreamViewType };
  try {
    await client.send(new CreateTableCommand(input));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName });
  if (TimeToLiveSpecification !== undefined) {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    // Enabling it twice is an error.
    if (TimeToLiveDescription?.TimeToLiveStatus === 'DISABLED')
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  }
  return TableName;
}
