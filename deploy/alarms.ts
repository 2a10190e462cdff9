import {
  api,
  conflicts,
  lambda,
  lambdaOfAccount,
  type Metric,
  messagesIn,
  orders,
  throttledReads,
  throttledWrites,
} from './metrics.ts';

/** What most alarms have in common. */
const defaults = {
  AlarmActions: [{ Ref: 'AlarmTopic' }],
  OKActions: [{ Ref: 'AlarmTopic' }],
  TreatMissingData: 'notBreaching',
  ComparisonOperator: 'GreaterThanThreshold',
  EvaluationPeriods: 5,
  DatapointsToAlarm: 3,
};
interface Part {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: { readonly Stat: string; readonly Period: number; readonly Metric: Metric };
}
type Measured = (Metric & { readonly Period: number }) | { readonly Metrics: readonly Part[] };

interface AlarmSettings extends Partial<typeof defaults> {
  /** What happened. The number of bad minutes and the link to the runbook are added. */
  readonly problem: string;
  readonly Threshold: number;
  /** Instead of `Statistic`, for percentiles. */
  readonly ExtendedStatistic?: string;
}
type Alarm = AlarmSettings & Measured;

/** For alarms that fire after one bad period. */
const onePeriod = { EvaluationPeriods: 1, DatapointsToAlarm: 1 };

const perMinute = (Statistic: 'Average' | 'Maximum' | 'Sum', metric: Metric) => ({
  ...metric,
  Statistic,
  Period: 60,
});

/** A metric that only the expression of its alarm uses. */
const part = (Id: string, Metric: Metric, Period = 60) => ({
  Id,
  ReturnData: false,
  MetricStat: { Stat: 'Sum', Period, Metric },
});
const numbered = (metrics: readonly Metric[]) => metrics.map((metric, index) => part(`m${index + 1}`, metric));

const sumOf = (metrics: readonly Metric[]) => ({
  Metrics: [{ Id: 'all', Expression: 'SUM(METRICS())' }, ...numbered(metrics)],
});

/** Conflicts for each unit of something else. Up to 600 conflicts a minute are harmless and count as zero. */
const conflictRatio = (count: string, units: string) => ({
  Id: 'ratio',
  Expression: `IF(${count} > 600, ${count} / (1 + FILL(${units}, 0)), 0)`,
});

/** The alarms of a stage, by logical id. docs/runbook.md has a section of this name for each. */
export function alarms(stage: string): Record<string, ReturnType<typeof resource>> {
  const conflictParts = numbered(conflicts());
  const allConflicts = `SUM([${conflictParts.map(({ Id }) => Id).join(', ')}])`;
  return resources({
    ServerErrorsAlarm: {
      problem: 'More than 1% of requests returned a 5xx status',
      // Each request counts as 0 or 1.
      ...perMinute('Average', api('5xx')),
      Threshold: 0.01,
    },
    SlowResponsesAlarm: {
      problem: 'The slowest 1% of requests took longer than 3 seconds',
      ...api('Latency'),
      ExtendedStatistic: 'p99',
      Period: 60,
      Threshold: 3000,
    },
    ThrottledFunctionsAlarm: {
      problem: 'Lambda throttled more than 10 invocations a minute in this account and region',
      ...perMinute('Sum', lambdaOfAccount('Throttles')),
      Threshold: 10,
    },
    ThrottledWritesAlarm: {
      problem: 'DynamoDB throttled more than 100 writes a minute',
      ...sumOf(throttledWrites()),
      Threshold: 100,
    },
    ThrottledReadsAlarm: {
      problem: 'DynamoDB throttled more than 100 reads a minute',
      ...sumOf(throttledReads()),
      Threshold: 100,
    },
    OrderConflictsAlarm: {
      problem: 'Orders hit more than 600 transaction conflicts a minute and more than 10 per confirmed order',
      Metrics: [
        conflictRatio('conflicts', 'confirmed'),
        part('conflicts', orders(stage, 'TransactionConflicts')),
        part('confirmed', orders(stage, 'OrdersConfirmed')),
      ],
      // With 32 shards and 1,000 concurrent shoppers there are five per order (docs/contention.md).
      Threshold: 10,
    },
    TableConflictsAlarm: {
      problem: 'DynamoDB counted more than 600 transaction conflicts a minute and more than 10 per API request',
      Metrics: [conflictRatio(allConflicts, 'requests'), ...conflictParts, part('requests', api('Count'))],
      Threshold: 10,
    },
    DeadOrdersAlarm: {
      problem: 'At least one record of the orders stream failed all retries; its position is in the queue DeadOrders',
      ...perMinute('Maximum', messagesIn('DeadOrders')),
      ...onePeriod,
      Threshold: 0,
    },
    OrderFailuresAlarm: {
      problem: 'At least one order or stream record could not be processed',
      ...perMinute('Sum', orders(stage, 'OrderFailures')),
      Threshold: 0,
    },
    StreamLagAlarm: {
      problem: 'processOrders was more than 30 seconds behind the orders stream',
      ...perMinute('Maximum', lambda('IteratorAge', 'ProcessOrders')),
      Threshold: 30_000,
    },
    DeadOrderEventsAlarm: {
      problem:
        'At least one batch of order events was not published within an hour and is in the dead-letter queue DeadOrderEvents',
      ...perMinute('Maximum', messagesIn('DeadOrderEvents')),
      ...onePeriod,
      Threshold: 0,
    },
    EventLagAlarm: {
      problem: 'publishOrders was more than 5 minutes behind the orders stream',
      ...perMinute('Maximum', lambda('IteratorAge', 'PublishOrders')),
      Threshold: 300_000,
    },
    PendingOrdersAlarm: {
      problem: 'The oldest PENDING order was older than 3 minutes, or sweepOrders did not complete a run,',
      ...perMinute('Maximum', orders(stage, 'OldestPendingAge')),
      Threshold: 180_000,
      // Every completed sweep emits the metric, even if no order is PENDING.
      TreatMissingData: 'breaching',
    },
    ProductSweepAlarm: {
      problem: 'sweepProducts did not complete a run without errors in 5 minutes',
      Metrics: [
        { Id: 'succeeded', Expression: 'runs - errors' },
        part('runs', lambda('Invocations', 'SweepProducts'), 300),
        part('errors', lambda('Errors', 'SweepProducts'), 300),
      ],
      ...onePeriod,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    },
  });
}

const resources = (definitions: Record<string, Alarm>) =>
  Object.fromEntries(Object.entries(definitions).map(([name, alarm]) => [name, resource(name, alarm)]));

function resource(name: string, { problem, ...settings }: Alarm) {
  const properties = { ...defaults, ...settings };
  const { DatapointsToAlarm: bad, EvaluationPeriods: periods } = properties;
  const minutes = periods > 1 ? ` in ${bad} of the last ${periods} minutes` : '';
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      ...properties,
      AlarmDescription: `${problem}${minutes}. See docs/runbook.md#${name.toLowerCase()}`,
    },
  };
}
