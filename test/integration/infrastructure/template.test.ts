// Schemas and quotas: `npm run lint:templates`. Long: one test for each policy, ordered by kind of resource.
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { notFoundContract } from '../../../functions/service/contracts.ts';
import { byRoute } from '../../support/openapi/contracts.ts';
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

/** X-Ray does not support resource-level permissions. */
const allowedWildcards = ['xray:PutTelemetryRecords *', 'xray:PutTraceSegments *'];

type Named = Record<string, unknown> & { readonly name: string };

describe.each(stages)('CloudFormation template of stage $stage', ({ stage, template }) => {
  const propertiesOf = (type: string) =>
    resourcesOf(template, type).map(([name, { Properties }]): Named => ({ ...Properties, name }));
  const tables = propertiesOf('AWS::DynamoDB::Table');
  const functions = functionsOf(template);

  it('creates on-demand tables with encryption and point-in-time recovery', () => {
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables)
      expect(table).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      });
  });

  it('expires items of carts and rate limits only', () => {
    const expiring = tables.filter((table) => 'TimeToLiveSpecification' in table).map(({ name }) => name);
    expect(expiring.sort()).toEqual(['CartsTable', 'RateLimitsTable']);
  });

  it('retains and protects the tables of prod and of no other stage', () => {
    const policy = stage === 'prod' ? 'Retain' : 'Delete';
    for (const [name, table] of resourcesOf(template, 'AWS::DynamoDB::Table')) {
      expect(table.Properties['DeletionProtectionEnabled'], name).toBe(stage === 'prod');
      expect([table.DeletionPolicy, table.UpdateReplacePolicy], name).toEqual([policy, policy]);
    }
  });

  it('gives warm throughput to every table that a sale writes, and to its indexes', () => {
    const warm = { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000 };
    for (const name of ['StockTable', 'CartsTable', 'OrdersTable', 'PurchasesTable', 'RateLimitsTable']) {
      const properties = template.Resources[name]?.Properties;
      expect(properties, name).toMatchObject({ WarmThroughput: warm });
      for (const index of z.array(z.unknown()).parse(properties?.['GlobalSecondaryIndexes'] ?? []))
        expect(index, name).toMatchObject({ WarmThroughput: warm });
    }
  });

  it('gives every function its own role, tracing and the tested runtime', () => {
    expect(functions.length).toBeGreaterThan(25);
    expect(new Set(functions.map(({ role }) => role)).size).toBe(functions.length);
    expect(resourcesOf(template, 'AWS::IAM::Role').map(([name]) => name)).toEqual(functions.map(({ role }) => role));
    for (const properties of propertiesOf('AWS::Lambda::Function'))
      expect(properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
  });

  it('runs no function in a VPC', () => {
    const inVpc = propertiesOf('AWS::Lambda::Function').filter((properties) => 'VpcConfig' in properties);
    expect(inVpc).toEqual([]);
  });

  it('times functions out before API Gateway does', () => {
    const timeout = z.object({ TimeoutInMillis: z.literal(30_000), IntegrationUri: z.unknown() });
    const integrations = propertiesOf('AWS::ApiGatewayV2::Integration').map((item) => timeout.parse(item));
    expect(integrations.length).toBeGreaterThan(20);
    for (const { IntegrationUri } of integrations)
      expect(template.Resources[nameOf(IntegrationUri)]?.Properties['Timeout']).toBeLessThan(29);
  });

  it('expires the logs of every function and of the API', () => {
    const groups = propertiesOf('AWS::Logs::LogGroup').map((group) =>
      z.object({ LogGroupName: z.string(), RetentionInDays: z.int() }).parse(group),
    );
    const names = functions.map(({ name }) => `/aws/lambda/sellout-${stage}-${name}`);
    expect(groups.map(({ LogGroupName }) => LogGroupName).sort()).toEqual(
      [...names, `/aws/http-api/sellout-${stage}`].sort(),
    );
    for (const { RetentionInDays } of groups) expect(RetentionInDays).toBe(stage === 'dev' ? 14 : 90);
  });

  it('grants no permission by wildcard except for X-Ray', () => {
    const wildcards = functions.flatMap(({ role }) =>
      [...allowedBy(template, role)].filter((entry) => entry.includes('*')),
    );
    expect([...new Set(wildcards)].sort()).toEqual(allowedWildcards);
  });

  it('lets only API Gateway and EventBridge schedules invoke functions', () => {
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

  it('sets only the environment variables that functions read, without secrets', () => {
    const variables = z.object({ Variables: z.record(z.string(), z.string()) });
    for (const { name, ...properties } of propertiesOf('AWS::Lambda::Function')) {
      const { Variables } = variables.parse(properties['Environment']);
      expect(Object.keys(Variables).sort(), name).toEqual(
        [...Object.keys(environment), 'POWERTOOLS_METRICS_NAMESPACE'].sort(),
      );
      expect(Variables['CACHE_URL'], 'not taken from the shell that packages').toBe('');
      expect(JSON.stringify(Variables), name).not.toMatch(/secret|password|\{\{resolve:/i);
      expect(JSON.stringify(Object.values(Variables)), name).not.toMatch(/"[\w-]{32,}"/);
    }
  });

  it('routes every request to a function whose contract decides who may call it', () => {
    const routes = propertiesOf('AWS::ApiGatewayV2::Route').map((route) =>
      z
        .object({
          RouteKey: z.string(),
          AuthorizationType: z.optional(z.literal('NONE')),
          Target: z.object({ 'Fn::Join': z.tuple([z.literal('/'), z.tuple([z.string(), z.unknown()])]) }),
        })
        .parse(route),
    );
    const operations = new Map(byRoute.map(({ route, operation }) => [route, operation]));
    const called = routes.map(({ RouteKey, Target }) => {
      const integration = template.Resources[nameOf(Target['Fn::Join'][1][1])];
      const target = nameOf(integration?.Properties['IntegrationUri']);
      return [RouteKey, functions.find(({ resource }) => resource === target)?.name];
    });
    expect(Object.fromEntries(called)).toEqual({
      ...Object.fromEntries(operations),
      $default: notFoundContract.operation,
    });
  });

  it('throttles requests and logs them without headers, claims or query strings', () => {
    const { DefaultRouteSettings, AccessLogSettings } = z
      .object({ DefaultRouteSettings: z.unknown(), AccessLogSettings: z.object({ Format: z.string() }) })
      .parse(template.Resources['HttpApiStage']?.Properties);
    expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 10_000, ThrottlingBurstLimit: 5_000 });
    const logged = z.record(z.string(), z.string()).parse(JSON.parse(AccessLogSettings.Format));
    expect(logged).toMatchObject({ request_id: '$context.requestId', status: '$context.status' });
    expect(Object.values(logged).join()).not.toMatch(/header|authorizer|querystring/i);
  });

  it('exposes the response headers that browser clients need', () => {
    expect(template.Resources['HttpApi']?.Properties['CorsConfiguration']).toMatchObject({
      ExposeHeaders: expect.arrayContaining(['ETag', 'Location', 'Retry-After']),
    });
  });

  it('bounds the retries of stream consumers and sends what fails to an encrypted queue', () => {
    const mappings = propertiesOf('AWS::Lambda::EventSourceMapping').map(
      ({ name, FunctionName, EventSourceArn, FilterCriteria, DestinationConfig, ...settings }) => {
        const { OnFailure } = z.object({ OnFailure: z.object({ Destination: z.unknown() }) }).parse(DestinationConfig);
        return [nameOf(FunctionName), { ...settings, queue: nameOf(OnFailure.Destination) }] as const;
      },
    );
    const common = {
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      StartingPosition: 'TRIM_HORIZON',
    };
    expect(Object.fromEntries(mappings)).toEqual({
      ProcessOrdersLambdaFunction: {
        ...common,
        Enabled: true,
        BatchSize: 1_000,
        MaximumRetryAttempts: 5,
        queue: 'DeadOrders',
      },
      PublishOrdersLambdaFunction: {
        ...common,
        Enabled: false,
        BatchSize: 100,
        MaximumRecordAgeInSeconds: 3_600,
        queue: 'DeadOrderEvents',
      },
    });
    for (const [, { queue }] of mappings)
      expect(template.Resources[queue]).toMatchObject({
        Type: 'AWS::SQS::Queue',
        Properties: { MessageRetentionPeriod: 1_209_600, SqsManagedSseEnabled: true },
      });
  });

  it('delivers PENDING orders to the worker and decided orders to the publisher', () => {
    const filters = propertiesOf('AWS::Lambda::EventSourceMapping').map((item) => {
      const { FilterCriteria } = z
        .object({ FilterCriteria: z.object({ Filters: z.tuple([z.object({ Pattern: z.string() })]) }) })
        .parse(item);
      return [nameOf(item['FunctionName']), JSON.parse(FilterCriteria.Filters[0].Pattern)];
    });
    expect(Object.fromEntries(filters)).toEqual({
      ProcessOrdersLambdaFunction: {
        eventName: ['INSERT'],
        dynamodb: { NewImage: { status: { S: ['PENDING'] } } },
      },
      PublishOrdersLambdaFunction: {
        dynamodb: { NewImage: { status: { S: ['CONFIRMED', 'REJECTED', 'CANCELLED'] } } },
      },
    });
  });

  it('runs sweeps every minute without retries, and in prod one at a time', () => {
    for (const name of ['sweepOrders', 'sweepProducts']) {
      const target = functions.find((item) => item.name === name)?.resource ?? '';
      const rules = propertiesOf('AWS::Events::Rule').filter((rule) => JSON.stringify(rule).includes(`"${target}"`));
      expect(rules).toMatchObject([{ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' }]);
      expect(template.Resources[target]?.Properties['ReservedConcurrentExecutions']).toEqual(
        stage === 'prod' ? 1 : { Ref: 'AWS::NoValue' },
      );
      expect(
        propertiesOf('AWS::Lambda::EventInvokeConfig').filter((config) => nameOf(config['FunctionName']) === target),
      ).toMatchObject([{ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 }]);
    }
  });
});
