import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

export const stackName = (stage: string): string => `sellout-${stage}`;

/** Returns the URL at which an emulator serves the API of a stage. @throws {Error} if the stage is not deployed */
export async function apiUrlOf(stage: string): Promise<string> {
  const client = new CloudFormationClient();
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName(stage) }));
  client.destroy();
  const id = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'HttpApiId')?.OutputValue;
  if (id === undefined) throw new Error(`Stack ${stackName(stage)} has no HTTP API`);
  return `${process.env['AWS_ENDPOINT_URL']}/_aws/execute-api/${id}/$default`;
}
