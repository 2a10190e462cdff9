import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { functionsOf, packageStage, resourcesOf } from '../../support/packaging/template.ts';
import { createReach } from '../../support/permissions/reached-code.ts';

const [without, own, existing] = await Promise.all([
  packageStage('prod'),
  packageStage('prod', 'cache=on'),
  packageStage(
    'prod',
    'cache_url=rediss://cache.example.com:6379',
    'subnet_ids=subnet-0123456789abcdef0,subnet-1123456789abcdef0',
    'security_group_ids=sg-0123456789abcdef0',
  ),
]);

const functions = functionsOf(without);
const reach = createReach(functions.map(({ file }) => file));
const callsRedis = (node: ts.Node) => ts.isCallExpression(node) && node.expression.getText() === 'connectRedis';
/** Functions whose code connects to the cache. */
const users = functions.filter(({ file }) => [...reach(file)].some(callsRedis));

const namesOf = (template: typeof own) => Object.keys(template.Resources);
const functionOf = (template: typeof own, name: string) => template.Resources[name]?.Properties;
const variables = z.object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) });
const cacheUrlOf = (template: typeof own, name: string) =>
  variables.parse(functionOf(template, name)).Environment.Variables['CACHE_URL'];

const policies = z.object({
  Policies: z.tuple([z.object({ PolicyDocument: z.object({ Statement: z.array(z.unknown()) }) })]),
});
const statementsOf = (template: typeof own, role: string) =>
  policies.parse(template.Resources[role]?.Properties).Policies[0].PolicyDocument.Statement;

/** What Lambda does with the role of a function in a VPC. */
const networkInterfaces = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

describe.each([
  ['a cache of the stack', own],
  ['an existing network', existing],
])('%s', (_, template) => {
  it('changes only the functions that connect to the cache, and their roles', () => {
    expect(users.length).toBeGreaterThan(5);
    const text = ({ Resources }: typeof own, name: string) =>
      JSON.stringify(Resources[name]).replace(/"S3Key":"[^"]*"|"CACHE_URL":"[^"]*"/g, '');
    const changed = namesOf(without).filter((name) => text(template, name) !== text(without, name));
    expect(changed.sort()).toEqual(users.flatMap(({ resource, role }) => [resource, role]).sort());
  });

  it.each(users)('lets Lambda, but not $name, manage network interfaces', ({ resource, role }) => {
    const arn = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${functionOf(template, resource)?.['FunctionName']}`;
    const all = { Action: networkInterfaces, Resource: '*' };
    const added = statementsOf(template, role).slice(statementsOf(without, role).length);
    expect(added.slice(-2)).toEqual([
      { Effect: 'Allow', ...all },
      { Effect: 'Deny', ...all, Condition: { ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::Sub': arn } } } },
    ]);
    const connect = {
      Effect: 'Allow',
      Action: ['elasticache:Connect'],
      Resource: [{ 'Fn::GetAtt': ['Cache', 'ARN'] }, { 'Fn::GetAtt': ['CacheUser', 'Arn'] }],
    };
    expect(added.slice(0, -2)).toEqual(template === own ? [connect] : []);
  });
});

describe('a cache of the stack', () => {
  it('is reached over TLS by a user with a token, in the network of the stack', () => {
    const name = 'sellout-prod';
    for (const { resource } of users) {
      expect(functionOf(own, resource)?.['VpcConfig']).toEqual({
        SubnetIds: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
        SecurityGroupIds: [{ Ref: 'FunctionsSecurityGroup' }],
      });
      expect(cacheUrlOf(own, resource)).toEqual({
        'Fn::Sub': `rediss://${name}@\${Cache.Endpoint.Address}:\${Cache.Endpoint.Port}`,
      });
    }
    expect(own.Resources['Cache']?.Properties).toMatchObject({
      ServerlessCacheName: name,
      SubnetIds: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
      SecurityGroupIds: [{ Ref: 'CacheSecurityGroup' }],
      UserGroupId: { Ref: 'CacheUsers' },
    });
    expect(own.Resources['CacheUsers']?.Properties['UserIds']).toEqual([{ Ref: 'CacheUser' }]);
    expect(own.Resources['CacheUser']?.Properties).toMatchObject({
      UserId: name,
      UserName: name,
      AuthenticationMode: { Type: 'iam' },
    });
  });

  it('adds a network without a route to the internet', () => {
    const added = namesOf(own).filter((name) => !(name in without.Resources));
    const types = added.map((name) => own.Resources[name]?.Type ?? '');
    expect([...new Set(types)].sort()).toEqual([
      'AWS::EC2::RouteTable',
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::Subnet',
      'AWS::EC2::SubnetRouteTableAssociation',
      'AWS::EC2::VPC',
      'AWS::EC2::VPCEndpoint',
      'AWS::ElastiCache::ServerlessCache',
      'AWS::ElastiCache::User',
      'AWS::ElastiCache::UserGroup',
    ]);
  });

  it('allows traffic only from the functions, to the cache and the endpoints of AWS', () => {
    const rule = z.object({ FromPort: z.optional(z.int()), CidrIp: z.optional(z.string()) });
    const rules = z.object({
      SecurityGroupIngress: z._default(z.array(z.looseObject(rule.shape)), []),
      SecurityGroupEgress: z.array(rule),
    });
    const groups = resourcesOf(own, 'AWS::EC2::SecurityGroup').map(([name, { Properties }]) => {
      const { SecurityGroupIngress, SecurityGroupEgress } = rules.parse(Properties);
      const from = SecurityGroupIngress.map((each) => [each.FromPort, each['SourceSecurityGroupId']]);
      return [name, { from, to: SecurityGroupEgress.map(({ FromPort, CidrIp }) => [FromPort, CidrIp]) }];
    });
    const functionsOnly = { Ref: 'FunctionsSecurityGroup' };
    expect(Object.fromEntries(groups)).toEqual({
      FunctionsSecurityGroup: {
        from: [],
        to: [
          [6379, '10.0.0.0/24'],
          [443, '0.0.0.0/0'],
        ],
      },
      CacheSecurityGroup: { from: [[6379, functionsOnly]], to: [[undefined, '127.0.0.1/32']] },
      SsmSecurityGroup: { from: [[443, functionsOnly]], to: [[undefined, '127.0.0.1/32']] },
    });
  });
});

describe('an existing network', () => {
  it('holds the functions that connect to cache_url, and adds no resource', () => {
    expect(namesOf(existing)).toEqual(namesOf(without));
    for (const { resource } of users) {
      expect(functionOf(existing, resource)?.['VpcConfig']).toEqual({
        SubnetIds: ['subnet-0123456789abcdef0', 'subnet-1123456789abcdef0'],
        SecurityGroupIds: ['sg-0123456789abcdef0'],
      });
      expect(cacheUrlOf(existing, resource)).toBe('rediss://cache.example.com:6379');
    }
  });
});
