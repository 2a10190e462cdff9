import { CloudFormationClient, UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteTableCommand, DynamoDBClient, paginateListTables, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteParameterCommand, paginateDescribeParameters, SSMClient } from '@aws-sdk/client-ssm';
import { stackName } from './stage.ts';

/** Lists what exists of a stage, by kind: tables, queues, log groups, roles and parameters. */
export async function resourcesOf(stage: string) {
  const names = {
    tables: await collect(paginateListTables({ client: new DynamoDBClient() }, {}), (page) => page.TableNames),
    queues: await collect(paginateListQueues({ client: new SQSClient() }, {}), (page) => page.QueueUrls),
    logGroups: await collect(paginateDescribeLogGroups({ client: new CloudWatchLogsClient() }, {}), (page) =>
      page.logGroups?.map(({ logGroupName = '' }) => logGroupName),
    ),
    roles: await collect(paginateListRoles({ client: new IAMClient() }, {}), (page) =>
      page.Roles?.map(({ RoleName = '' }) => RoleName),
    ),
    parameters: await collect(paginateDescribeParameters({ client: new SSMClient() }, {}), (page) =>
      page.Parameters?.map(({ Name = '' }) => Name),
    ),
  };
  const isOfStage = (name: string) => name.includes(`${stackName(stage)}-`) || name.startsWith(`/sellout/${stage}/`);
  return Object.fromEntries(Object.entries(names).map(([kind, all]) => [kind, all.filter(isOfStage).sort()]));
}

async function collect<Page>(pages: AsyncIterable<Page>, namesIn: (page: Page) => string[] | undefined) {
  const names: string[] = [];
  for await (const page of pages) names.push(...(namesIn(page) ?? []));
  return names;
}

export async function disableTerminationProtection(stage: string): Promise<void> {
  const client = new CloudFormationClient();
  await client.send(
    new UpdateTerminationProtectionCommand({ StackName: stackName(stage), EnableTerminationProtection: false }),
  );
}

/** Deletes a table that outlived its stack. */
export async function deleteRetainedTable(TableName: string): Promise<void> {
  const client = new DynamoDBClient();
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  await client.send(new DeleteTableCommand({ TableName }));
}

export async function deleteParameter(Name: string): Promise<void> {
  await new SSMClient().send(new DeleteParameterCommand({ Name }));
}
