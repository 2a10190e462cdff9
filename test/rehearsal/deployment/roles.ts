import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import * as z from 'zod';
import { stackName } from './stage.ts';

const policySchema = z.looseObject({
  Statement: z.array(z.looseObject({ Action: z.array(z.string()), Resource: z.unknown() })),
});

export interface Permission {
  readonly stage: string;
  /** A function, as named in serverless.yml. */
  readonly of: string;
  readonly action: string;
  /** How the ARN of the resource ends. */
  readonly on: string;
}

/**
 * Takes a permission out of the role of a deployed function.
 *
 * @returns a function that grants it again
 * @throws {Error} if the role does not have the permission
 */
export async function revoke({ stage, of, action, on }: Permission): Promise<() => Promise<void>> {
  const client = new IAMClient();
  const policyOf = { RoleName: await roleOf(stage, of), PolicyName: 'permissions' };
  const { PolicyDocument = '' } = await client.send(new GetRolePolicyCommand(policyOf));
  const text = decodeURIComponent(PolicyDocument);
  const policy = policySchema.parse(JSON.parse(text));
  const statement = policy.Statement.find(({ Resource }) => String(Resource).endsWith(on));
  if (!statement?.Action.includes(action)) throw new Error(`The role of ${of} does not allow ${action} on ${on}`);
  statement.Action = statement.Action.filter((allowed) => allowed !== action);
  const Statement = policy.Statement.filter(({ Action }) => Action.length > 0);
  const put = (document: string) => client.send(new PutRolePolicyCommand({ ...policyOf, PolicyDocument: document }));
  await put(JSON.stringify({ ...policy, Statement }));
  return async () => {
    await put(text);
    client.destroy();
  };
}

async function roleOf(stage: string, functionName: string): Promise<string> {
  const client = new CloudFormationClient();
  const LogicalResourceId = `${functionName.charAt(0).toUpperCase()}${functionName.slice(1)}Role`;
  const found = await client.send(new DescribeStackResourceCommand({ StackName: stackName(stage), LogicalResourceId }));
  client.destroy();
  const name = found.StackResourceDetail?.PhysicalResourceId;
  if (name === undefined) throw new Error(`Stack ${stackName(stage)} has no ${LogicalResourceId}`);
  return name;
}
