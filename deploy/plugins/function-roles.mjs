import { cacheAccess } from './cache-access.mjs';

/** IAM service prefix by resource type. */
const services = {
  'AWS::DynamoDB::Table': 'dynamodb',
  'AWS::Events::EventBus': 'events',
  'AWS::SQS::Queue': 'sqs',
};

/**
 * Gives each function its own IAM role with the `permissions` in serverless.yml: actions by target, which is a resource
 * (`OrdersTable`), an index (`OrdersTable/index/pending`), a stream (`OrdersTable/stream`) or a parameter of the stage
 * (`/token-keys`). Every role also allows writing the function's own logs and traces. `Cache` also puts the function into
 * the network of the cache, if there is one.
 */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class FunctionRoles {
  constructor(serverless) {
    serverless.configSchemaHandler.defineFunctionProperties('aws', { properties: { permissions } });
    this.hooks = { initialize: () => addRoles(serverless.service, serverless.getProvider('aws').naming) };
  }
}

const permissions = {
  type: 'object',
  additionalProperties: { type: 'array', items: { type: 'string' }, minItems: 1 },
};

function addRoles(service, naming) {
  const resources = service.resources.Resources;
  for (const name of service.getAllFunctions()) {
    const details = service.getFunction(name);
    const { Cache, ...permissions } = details.permissions ?? {};
    const access = Cache === undefined ? undefined : cacheAccess(service, details.name);
    Object.assign(details, access?.settings);
    details.role = `${naming.getNormalizedFunctionName(name)}Role`;
    const statements = [
      ...logAndTraces(naming.getLogGroupLogicalId(name)),
      ...Object.entries(permissions).map(([target, actions]) =>
        statement(target, actions, resources, service.provider.environment.PARAMETER_PREFIX),
      ),
      ...(access?.statements ?? []),
    ];
    resources[details.role] = { ...role(statements), Metadata: access?.metadata };
  }
}

const role = (Statement) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    Policies: [{ PolicyName: 'permissions', PolicyDocument: { Version: '2012-10-17', Statement } }],
  },
});

const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource });

const logAndTraces = (logGroup) => [
  allow(['logs:CreateLogStream', 'logs:PutLogEvents'], { 'Fn::GetAtt': [logGroup, 'Arn'] }),
  // X-Ray does not support resource-level permissions.
  allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
];

function statement(target, actions, resources, parameterPrefix) {
  const of = (service) => actions.map((action) => `${service}:${action}`);
  if (target.startsWith('/'))
    return allow(of('ssm'), {
      'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter${parameterPrefix}${target}`,
    });
  const [name, part, index] = target.split('/');
  const service = services[resources[name]?.Type];
  if (service === undefined)
    throw new Error(`Unknown resource ${name} in permissions. Use a table, queue or event bus of deploy/.`);
  return allow(of(service), arnOf(name, part, index));
}

function arnOf(name, part, index) {
  if (part === undefined) return { 'Fn::GetAtt': [name, 'Arn'] };
  if (part === 'stream') return { 'Fn::GetAtt': [name, 'StreamArn'] };
  return { 'Fn::Sub': `\${${name}.Arn}/index/${index}` };
}
