import {
  api,
  conflicts,
  lambda,
  lambdaOfAccount,
  type Metric,
  messagesIn,
  orders,
  type Reference,
  saleWriteUnits,
  throttledReads,
  throttledWrites,
} from './metrics.ts';

interface RowOptions {
  stat?: string;
  label?: string;
}
interface Widget {
  readonly title: string;
  /** The statistic of rows that have none of their own. */
  readonly stat?: string;
  readonly rows: readonly (Metric | [Metric, RowOptions])[];
}

const widgetsPerRow = 3;
const width = 24 / widgetsPerRow;
const height = 6;

const percentile = (metric: Metric, stat: 'p50' | 'p99'): [Metric, RowOptions] => [metric, { stat, label: stat }];
const maximum = (metric: Metric): [Metric, RowOptions] => [metric, { stat: 'Maximum' }];

/** Widgets from left to right, then downwards. */
function widgets(stage: string): Widget[] {
  const ofOrders = (name: string) => orders(stage, name);
  return [
    { title: 'Requests and errors', stat: 'Sum', rows: [api('Count'), api('4xx'), api('5xx')] },
    {
      title: 'Response time (ms)',
      rows: [percentile(api('Latency'), 'p50'), percentile(api('Latency'), 'p99')],
    },
    {
      title: 'Orders and units sold',
      stat: 'Sum',
      rows: ['OrdersConfirmed', 'OrdersRejected', 'OrdersCancelled', 'UnitsSold', 'OrderFailures'].map(ofOrders),
    },
    {
      title: 'Time from submit to decision (ms)',
      rows: [
        percentile(ofOrders('OrderAge'), 'p50'),
        percentile(ofOrders('OrderAge'), 'p99'),
        maximum(ofOrders('OldestPendingAge')),
        maximum(lambda('IteratorAge', 'ProcessOrders')),
        maximum(lambda('IteratorAge', 'PublishOrders')),
      ],
    },
    { title: 'Transaction conflicts', stat: 'Sum', rows: [ofOrders('TransactionConflicts'), ...conflicts()] },
    {
      title: 'Throttling',
      stat: 'Sum',
      rows: [lambdaOfAccount('Throttles'), ...throttledWrites(), ...throttledReads()],
    },
    { title: 'Write units', stat: 'Sum', rows: saleWriteUnits() },
    {
      title: 'Concurrent executions in the account',
      stat: 'Maximum',
      rows: [lambdaOfAccount('ConcurrentExecutions')],
    },
    {
      title: 'Messages in dead-letter queues',
      stat: 'Maximum',
      rows: [messagesIn('DeadOrders'), messagesIn('DeadOrderEvents')],
    },
  ];
}

/** The dashboard of a stage, by logical id. */
export function dashboard(name: string, stage: string) {
  const body = {
    widgets: widgets(stage).map(({ title, stat, rows }, index) => ({
      type: 'metric',
      x: (index % widgetsPerRow) * width,
      y: Math.floor(index / widgetsPerRow) * height,
      width,
      height,
      properties: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Fn::Sub replaces it
        region: '${AWS::Region}',
        period: 60,
        stat,
        title,
        metrics: rows.map((row) => (Array.isArray(row) ? [...names(row[0]), row[1]] : names(row))),
      },
    })),
  };
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: { DashboardName: name, DashboardBody: { 'Fn::Sub': JSON.stringify(body) } },
    },
  };
}

/** A metric as dashboards write it: namespace, name, and the names and values of its dimensions. */
const names = ({ Namespace, MetricName, Dimensions = [] }: Metric): string[] => [
  Namespace,
  MetricName,
  ...Dimensions.flatMap(({ Name, Value }) => [Name, substitution(Value)]),
];

function substitution(value: string | Reference): string {
  if (typeof value === 'string') return value;
  return `\${${'Ref' in value ? value.Ref : value['Fn::GetAtt'].join('.')}}`;
}
