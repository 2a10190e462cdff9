import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { allowedBy, functionsOf, nameOf, packageStage, resourcesOf } from '../../support/packaging/template.ts';
import { neededPermissions } from '../../support/permissions/needed-permissions.ts';
import { createReach } from '../../support/permissions/reached-code.ts';

const template = await packageStage('prod');
const functions = functionsOf(template);
const reach = createReach(functions.map(({ file }) => file));

const mapping = z.object({
  EventSourceArn: z.unknown(),
  FunctionName: z.unknown(),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.unknown() }) }),
});

/** Before adding a type, check that it cannot grant permissions, as policies of IAM, queues, topics or buses do. */
const types = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
];

/** Permissions that Lambda uses on behalf of a function: to write log and traces and to read its stream. */
function neededToRun(resource: string): string[] {
  const logGroup = resource.replace(/LambdaFunction$/, 'LogGroup');
  const streams = resourcesOf(template, 'AWS::Lambda::EventSourceMapping')
    .map(([, { Properties }]) => mapping.parse(Properties))
    .filter(({ FunctionName }) => nameOf(FunctionName) === resource);
  return [
    `logs:CreateLogStream ${logGroup}`,
    `logs:PutLogEvents ${logGroup}`,
    'xray:PutTraceSegments *',
    'xray:PutTelemetryRecords *',
    ...streams.flatMap(({ EventSourceArn, DestinationConfig }) => [
      ...['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
        (action) => `dynamodb:${action} ${nameOf(EventSourceArn)}`,
      ),
      `sqs:SendMessage ${nameOf(DestinationConfig.OnFailure.Destination)}`,
    ]),
  ];
}

describe('function roles', () => {
  it.each(functions)('grant $name exactly the AWS calls that its code makes', (details) => {
    const needed = [...neededPermissions(reach(details.file)), ...neededToRun(details.resource)];
    expect([...allowedBy(template, details.role)].sort()).toEqual(needed.sort());
  });

  it.each(functions)('can be derived for $name, because its code contains no type assertions', ({ file }) => {
    const hidden = [...reach(file)].filter(
      (node) => ts.isNonNullExpression(node) || (ts.isAsExpression(node) && node.type.getText() !== 'const'),
    );
    expect(hidden.map((node) => node.getText())).toEqual([]);
  });

  it('are the only resources that grant permissions', () => {
    const resources = Object.values(template.Resources);
    expect([...new Set(resources.map(({ Type }) => Type))].sort()).toEqual(types);
    for (const { Properties } of resources)
      expect(Object.keys(Properties).filter((key) => ['Policy', 'ResourcePolicy'].includes(key))).toEqual([]);
    const denials = z.object({
      PolicyDocument: z.object({ Statement: z.array(z.object({ Effect: z.literal('Deny') })) }),
    });
    for (const [, { Properties }] of resourcesOf(template, 'AWS::S3::BucketPolicy')) denials.parse(Properties);
  });

  it('grant no writes to functions that only read', () => {
    const readers = ['getCart', 'getOrder', 'listOrders', 'getProduct', 'listProducts', 'getProductTotal', 'health'];
    for (const { name, role } of functions.filter(({ name }) => readers.includes(name))) {
      const writes = [...allowedBy(template, role)].filter((entry) =>
        /^dynamodb:(?!(Batch)?GetItem |Query )/.test(entry),
      );
      expect(writes, name).toEqual([]);
    }
    expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(readers));
  });
});
