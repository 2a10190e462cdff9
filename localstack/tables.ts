import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { isNode, isScalar, visit } from 'yaml';
import * as z from 'zod';
import { parseYamlFile, readServiceConfig, tablesFile } from '../deploy/service-config.ts';
import { localAws } from './dummy-credentials.ts';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** Properties of tables and indexes that have no effect on a local database. */
const withoutLocalEffect = new Set([
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

/** Strict, so that an unsupported property stops the start instead of being ignored. */
const table = z.strictObject({
  TableName: z.string(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.optional(z.array(index)),
  StreamSpecification: z.optional(
    z.strictObject({
      StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']),
    }),
  ),
  TimeToLiveSpecification: z.optional(z.strictObject({ AttributeName: z.string(), Enabled: z.literal(true) })),
});
type Table = z.infer<typeof table>;

const tableResources = z.object({ Resources: z.record(z.string(), z.unknown()) });

interface ReadTablesOptions {
  /** Replaces `${self:service}-${sls:stage}` in the table names. */
  prefix: string;
  file?: string | undefined;
}

/** Returns what the table names of a stage start with, such as `sellout-local`. */
export async function tablePrefix(stage: string): Promise<string> {
  return `${readServiceConfig().service}-${stage}`;
}

/**
 * Reads the tables of deploy/tables.yml.
 *
 * @throws {Error} if a table has a property, a variable or a CloudFormation tag that is not supported locally
 */
export async function readTables({ prefix, file = tablesFile }: ReadTablesOptions): Promise<Table[]> {
  const document = parseYamlFile(file);
  return Object.keys(tableResources.parse(document.toJS()).Resources).map((name) => {
    const properties: unknown = document.getIn(['Resources', name, 'Properties'], true);
    if (!isNode(properties)) throw new Error(`${name} in ${file} has no properties`);
    visit(properties, {
      Pair: (_, { key }) => (isScalar(key) && withoutLocalEffect.has(String(key.value)) ? visit.SKIP : undefined),
      Alias: (_, alias) => alias.resolve(document),
      Value: (_, node) => {
        if (node.tag?.startsWith('!')) throw new Error(`${name} in ${file}: tag ${node.tag} is not supported locally`);
      },
    });
    const text = JSON.stringify(properties.toJS(document), (key, value: unknown) =>
      withoutLocalEffect.has(key) ? undefined : value,
    )
      // biome-ignore lint/suspicious/noTemplateCurlyInString: variables of serverless.yml
      .replaceAll('${self:service}-${sls:stage}', prefix);
    const variable = /\$\{[^}]*\}/.exec(text)?.[0];
    if (variable) throw new Error(`${name} in ${file}: variable ${variable} is not supported locally`);
    const parsed = table.safeParse(JSON.parse(text));
    if (!parsed.success) throw new Error(`${name} in ${file}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  });
}

interface CreateTablesOptions extends ReadTablesOptions {
  endpoint: string;
}

/** Creates the tables of deploy/tables.yml, unless they exist, and returns their names once they are ready. */
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
    // CloudFormation implies StreamEnabled.
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
