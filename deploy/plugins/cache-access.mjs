const networkInterfaces = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Returns what a function with the permission `Cache` needs: settings of the function, and IAM statements and metadata of its
 * role. Undefined if there is neither a cache of the stack (deploy/cache.yml) nor `subnet_ids`.
 */
export function cacheAccess({ custom, resources }, functionName) {
  const { Cache } = resources.Resources;
  if (Cache === undefined && custom.network.subnetIds === '') return undefined;
  const role = { statements: interfaceStatements(functionName), metadata: acceptedFinding };
  if (Cache === undefined) return { ...role, settings: { vpc: existing(custom.network) } };
  const url = `rediss://${Cache.Properties.ServerlessCacheName}@\${Cache.Endpoint.Address}:\${Cache.Endpoint.Port}`;
  const vpc = {
    subnetIds: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
    securityGroupIds: [{ Ref: 'FunctionsSecurityGroup' }],
  };
  const Resource = [{ 'Fn::GetAtt': ['Cache', 'ARN'] }, { 'Fn::GetAtt': ['CacheUser', 'Arn'] }];
  return {
    statements: [{ Effect: 'Allow', Action: ['elasticache:Connect'], Resource }, ...role.statements],
    metadata: role.metadata,
    settings: { vpc, environment: { CACHE_URL: { 'Fn::Sub': url } } },
  };
}

const existing = ({ subnetIds, securityGroupIds }) => ({
  subnetIds: subnetIds.split(','),
  securityGroupIds: securityGroupIds.split(','),
});

/**
 * Lets Lambda manage the network interfaces that functions share, but not the code of the function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
function interfaceStatements(functionName) {
  const arn = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${functionName}`;
  const ArnEquals = { 'lambda:SourceFunctionArn': { 'Fn::Sub': arn } };
  return [
    { Effect: 'Allow', Action: networkInterfaces, Resource: '*' },
    { Effect: 'Deny', Action: networkInterfaces, Resource: '*', Condition: { ArnEquals } },
  ];
}

/** For `npm run lint:templates`. */
const acceptedFinding = {
  checkov: {
    skip: [{ id: 'CKV_AWS_111', comment: 'Lambda creates network interfaces on *; the function itself is denied it' }],
  },
};
