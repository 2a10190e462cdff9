import { readTableOutlines } from './service-config.ts';

/** A reference to a resource or to one of its attributes, as CloudFormation writes it. */
export type Reference = { Ref: string } | { 'Fn::GetAtt': [resource: string, attribute: string] };

/** A CloudWatch metric. */
export interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: string | Reference }[];
}

type TableMetric = 'ReadThrottleEvents' | 'TransactionConflict' | 'WriteThrottleEvents';

/** Tables and indexes that no alarm or widget shows for a metric. All others are watched. */
const unwatched: Record<TableMetric, readonly string[]> = {
  ReadThrottleEvents: [
    // Only written.
    'PurchasesTable',
    // Read only for failed logins above the limit, at most once a second per container and counter.
    'RateLimitsTable',
  ],
  WriteThrottleEvents: [
    // An alarm accepts ten metrics, and every write to this index also writes the table.
    'ProductsTable/propagating',
  ],
  TransactionConflict: [
    // Conflicts here come only from concurrent requests of one customer.
    'AccountsTable',
    'PurchasesTable',
    // Not written in transactions.
    'RateLimitsTable',
  ],
};

const tables = readTableOutlines();
const tablesAndIndexes = tables.flatMap(({ name, indexes }) => [name, ...indexes.map((index) => `${name}/${index}`)]);

function tableMetric(name: string, tableOrIndex: string): Metric {
  const [table = '', index] = tableOrIndex.split('/');
  const Dimensions: Metric['Dimensions'] = [{ Name: 'TableName', Value: { Ref: table } }];
  if (index !== undefined) Dimensions.push({ Name: 'GlobalSecondaryIndexName', Value: index });
  return { Namespace: 'AWS/DynamoDB', MetricName: name, Dimensions };
}

const watched = (names: readonly string[], metric: TableMetric): Metric[] =>
  names.filter((name) => !unwatched[metric].includes(name)).map((name) => tableMetric(metric, name));

/** One metric for each table and index, in the order of tables.yml. */
export const throttledReads = (): Metric[] => watched(tablesAndIndexes, 'ReadThrottleEvents');
/** One metric for each table and index: an index that is throttled also throttles the writes of its table. */
export const throttledWrites = (): Metric[] => watched(tablesAndIndexes, 'WriteThrottleEvents');
/** One metric for each table. DynamoDB counts no conflicts for indexes. */
export const conflicts = (): Metric[] =>
  watched(
    tables.map(({ name }) => name),
    'TransactionConflict',
  );
/** Write units of the tables that a sale writes. */
export const saleWriteUnits = (): Metric[] =>
  tables.filter(({ isWarm }) => isWarm).map(({ name }) => tableMetric('ConsumedWriteCapacityUnits', name));

export const api = (name: '4xx' | '5xx' | 'Count' | 'Latency'): Metric => ({
  Namespace: 'AWS/ApiGateway',
  MetricName: name,
  Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }],
});

export const lambda = (name: string, functionName: string): Metric => ({
  Namespace: 'AWS/Lambda',
  MetricName: name,
  Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${functionName}LambdaFunction` } }],
});

/** Covers every function of the account in this region, because they share one concurrency limit. */
export const lambdaOfAccount = (name: 'ConcurrentExecutions' | 'Throttles'): Metric => ({
  Namespace: 'AWS/Lambda',
  MetricName: name,
});

export const messagesIn = (queue: string): Metric => ({
  Namespace: 'AWS/SQS',
  MetricName: 'ApproximateNumberOfMessagesVisible',
  Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
});

/** A metric that lib/orders/order-metrics.ts emits. */
export const orders = (stage: string, name: string): Metric => ({
  Namespace: `Sellout/${stage}`,
  MetricName: name,
  Dimensions: [{ Name: 'service', Value: 'orders' }],
});
