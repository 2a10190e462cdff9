// Long: what holds for each kind of resource, in the order of serverless.yml.
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { notFoundContract } from '../../../functions/service/contracts.ts';
import { byRoute } from '../../support/openapi/contracts.ts';
import { mistakesIn } from '../../support/packaging/resource-schemas.ts';
import {
  allowedBy,
  functionsOf,
  nameOf,
  packageStage,
  resourcesOf,
  type Template,
} from '../../support/packaging/template.ts';
import { environment } from '../../support/services/environment.ts';

const stages: { stage: string; template: Template }[] = [];
for (const stage of ['local', 'dev', 'prod']) stages.push({ stage, template: await packageStage(stage) });

/** Resources that a permission may name with a wildcard. */
const reasonsForWildcards = new Map([
  ['xray:PutTraceSegments *', 'X-Ray knows no resources'],
  ['xray:PutTelemetryRecords *', 'X-Ray knows no resources'],
]);

type Named = Record<string, unknown> & { readonly name: string };

describe.each(stages)('the template of stage $stage', ({ stage, template }) => {
  const propertiesOf = (type: string) =>
    resourcesOf(template, type).map(([name, { Properties }]): Named => ({ ...Properties, name }));
  const functions = functionsOf(template);

  it('is one that CloudFormation knows, property by property', () => {
    const mistakes = Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) =>
      mistakesIn(Type, Properties).map((mistake) => `${name}: ${mistake}`),
    );
    expect(mistakes).toEqual([]);
    // Beyond these a stack needs another one beside it.
    expect(Object.keys(template.Resources).length).toBeLessThan(500);
  });

  it('has tables on demand that can be restored and are encrypted', () => {
    const tables = propertiesOf('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(7);
    for (const table of tables)
      expect(table).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      });
  });

  it('lets carts and rate limits expire, and no more, and streams orders as each change leaves them', () => {
    const having = (property: string) =>
      Object.fromEntries(
        propertiesOf('AWS::DynamoDB::Table')
          .filter((table) => property in table)
          .map((table) => [table.name, table[property]]),
      );
    const expiry = { AttributeName: 'expires_at', Enabled: true };
    expect(having('TimeToLiveSpecification')).toEqual({ CartsTable: expiry, RateLimitsTable: expiry });
    expect(having('StreamSpecification')).toEqual({ OrdersTable: { StreamViewType: 'NEW_IMAGE' } });
  });

  it('keeps the data of prod, whatever becomes of the stack, and of no other stage', () => {
    const policy = stage === 'prod' ? 'Retain' : 'Delete';
    for (const [name, table] of resourcesOf(template, 'AWS::DynamoDB::Table')) {
      expect(table.Properties['DeletionProtectionEnabled'], name).toBe(stage === 'prod');
      expect([table.DeletionPolicy, table.UpdateReplacePolicy], name).toEqual([policy, policy]);
    }
  });

  it('warms the tables, and their indexes, that a sale writes', () => {
    const warm = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000 };
    for (const name of ['StockTable', 'CartsTable', 'OrdersTable', 'PurchasesTable', 'RateLimitsTable']) {
      const properties = template.Resources[name]?.Properties;
      expect(properties, name).toMatchObject({ WarmThroughput: warm });
      for (const index of z.array(z.unknown()).parse(properties?.['GlobalSecondaryIndexes'] ?? []))
        expect(index, name).toMatchObject({ WarmThroughput: warm });
    }
  });

  it('has functions on the runtime that is tested, traced, each with a role of its own', () => {
    expect(functions.length).toBeGreaterThan(25);
    expect(new Set(functions.map(({ role }) => role)).size).toBe(functions.length);
    expect(resourcesOf(template, 'AWS::IAM::Role').map(([name]) => name)).toEqual(
      functions.map(({ role }) => role),
    );
    for (const properties of propertiesOf('AWS::Lambda::Function'))
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
  });

  it('lets a function that answers a request end before API Gateway gives up', () => {
    const timeout = z.object({ TimeoutInMillis: z.literal(30_000), IntegrationUri: z.unknown() });
    const integrations = propertiesOf('AWS::ApiGatewayV2::Integration').map((item) => timeout.parse(item));
    expect(integrations.length).toBeGreaterThan(20);
    for (const { IntegrationUri } of integrations)
      expect(template.Resources[nameOf(IntegrationUri)]?.Properties['Timeout']).toBeLessThan(29);
  });

  it('drops the log of each function, and that of requests, after a while', () => {
    const groups = propertiesOf('AWS::Logs::LogGroup').map((group) =>
      z.object({ LogGroupName: z.string(), RetentionInDays: z.int() }).parse(group),
    );
    const names = functions.map(({ name }) => `/aws/lambda/sellout-${stage}-${name}`);
    expect(groups.map(({ LogGroupName }) => LogGroupName).sort()).toEqual(
      [...names, `/aws/http-api/sellout-${stage}`].sort(),
    );
    for (const { RetentionInDays } of groups) expect(RetentionInDays).toBe(stage === 'dev' ? 14 : 90);
  });

  it('allows nothing by a wildcard without a reason', () => {
    const wildcards = functions.flatMap(({ role }) =>
      [...allowedBy(template, role)].filter((entry) => entry.includes('*')),
    );
    expect([...new Set(wildcards)].sort()).toEqual([...reasonsForWildcards.keys()].sort());
  });

  it('lets only API Gateway and the schedules call a function', () => {
    const permissions = propertiesOf('AWS::Lambda::Permission').map((permission) =>
      z
        .object({
          Principal: z.enum(['apigateway.amazonaws.com', 'events.amazonaws.com']),
          SourceArn: z.record(z.string(), z.unknown()),
        })
        .parse(permission),
    );
    expect(permissions.length).toBeGreaterThan(25);
  });

  it('gives functions the variables that they read and no secret', () => {
    const variables = z.object({ Variables: z.record(z.string(), z.string()) });
    for (const { name, ...properties } of propertiesOf('AWS::Lambda::Function')) {
      const { Variables } = variables.parse(properties['Environment']);
      expect(Object.keys(Variables).sort(), name).toEqual(
        [...Object.keys(environment), 'POWERTOOLS_METRICS_NAMESPACE'].sort(),
      );
      expect(Variables['CACHE_URL'], 'of the shell that packages, not of the stage').toBe('');
      expect(JSON.stringify(Variables), name).not.toMatch(/secret|password|\{\{resolve:/i);
      expect(JSON.stringify(Object.values(Variables)), name).not.toMatch(/"[\w-]{32,}"/);
    }
  });

  it('leaves the decision who may call each route to its contract, which has one', () => {
    const routes = propertiesOf('AWS::ApiGatewayV2::Route').map((route) =>
      z
        .object({
          RouteKey: z.string(),
          AuthorizationType: z.optional(z.literal('NONE')),
          Target: z.object({ 'Fn::Join': z.tuple([z.literal('/'), z.tuple([z.string(), z.unknown()])]) }),
        })
        .parse(route),
    );
    const decided = new Map(byRoute.map(({ route, operation }) => [route, operation]));
    const called = routes.map(({ RouteKey, Target }) => {
      const integration = template.Resources[nameOf(Target['Fn::Join'][1][1])];
      const target = nameOf(integration?.Properties['IntegrationUri']);
      return [RouteKey, functions.find(({ resource }) => resource === target)?.name];
    });
    expect(Object.fromEntries(called)).toEqual({
      ...Object.fromEntries(decided),
      $default: notFoundContract.operation,
    });
  });

  it('throttles requests, and logs each without what is secret of it', () => {
    const { DefaultRouteSettings, AccessLogSettings } = z
      .object({ DefaultRouteSettings: z.unknown(), AccessLogSettings: z.object({ Format: z.string() }) })
      .parse(template.Resources['HttpApiStage']?.Properties);
    expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 10_000, ThrottlingBurstLimit: 5_000 });
    const logged = z.record(z.string(), z.string()).parse(JSON.parse(AccessLogSettings.Format));
    expect(logged).toMatchObject({ request_id: '$context.requestId', status: '$context.status' });
    expect(Object.values(logged).join()).not.toMatch(/header|authorizer|querystring/i);
  });

  it('lets browsers of any origin call, with the headers that the API takes', () => {
    expect(template.Resources['HttpApi']?.Properties['CorsConfiguration']).toMatchObject({
      AllowOrigins: ['*'],
      AllowHeaders: expect.arrayContaining(['Authorization', 'Idempotency-Key', 'If-Match']),
      ExposeHeaders: expect.arrayContaining(['ETag', 'Location', 'Retry-After']),
    });
  });

  it('gives the orders stream to the worker and the publisher, each with its filter, patience and queue', () => {
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
    const shared = {
      EventSourceArn: { 'Fn::GetAtt': ['OrdersTable', 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
    };
    const filter = (pattern: object) => ({ Filters: [{ Pattern: JSON.stringify(pattern) }] });
    const deadTo = (queue: string) => ({ OnFailure: { Destination: { 'Fn::GetAtt': [queue, 'Arn'] } } });
    expect(mappings.map(([, { Properties }]) => Properties)).toEqual([
      {
        ...shared,
        FunctionName: { 'Fn::GetAtt': ['ProcessOrdersLambdaFunction', 'Arn'] },
        Enabled: true,
        BatchSize: 1_000,
        MaximumBatchingWindowInSeconds: 0,
        MaximumRetryAttempts: 5,
        FilterCriteria: filter({
          eventName: ['INSERT'],
          dynamodb: { NewImage: { status: { S: ['PENDING'] } } },
        }),
        DestinationConfig: deadTo('DeadOrders'),
      },
      {
        ...shared,
        FunctionName: { 'Fn::GetAtt': ['PublishOrdersLambdaFunction', 'Arn'] },
        Enabled: false,
        BatchSize: 100,
        MaximumRecordAgeInSeconds: 3_600,
        FilterCriteria: filter({
          dynamodb: { NewImage: { status: { S: ['CONFIRMED', 'REJECTED', 'CANCELLED'] } } },
        }),
        DestinationConfig: deadTo('DeadOrderEvents'),
      },
    ]);
  });

  it('keeps what failed for two weeks, encrypted', () => {
    for (const queue of propertiesOf('AWS::SQS::Queue'))
      expect(queue).toMatchObject({ MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true });
  });

  it('sweeps each minute, in prod one sweep at a time, and repeats none', () => {
    for (const name of ['sweepOrders', 'sweepProducts']) {
      const target = functions.find((item) => item.name === name)?.resource ?? '';
      const rules = propertiesOf('AWS::Events::Rule').filter((rule) =>
        JSON.stringify(rule).includes(`"${target}"`),
      );
      expect(rules).toMatchObject([{ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' }]);
      expect(template.Resources[target]?.Properties['ReservedConcurrentExecutions']).toEqual(
        stage === 'prod' ? 1 : { Ref: 'AWS::NoValue' },
      );
      expect(
        propertiesOf('AWS::Lambda::EventInvokeConfig').filter(
          (config) => nameOf(config['FunctionName']) === target,
        ),
      ).toMatchObject([{ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 }]);
    }
  });
});
