import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { createOrderMetrics } from '../../../lib/orders/order-metrics.ts';
import { packageStage, resourcesOf } from '../../support/packaging/template.ts';

// Read when the metrics are made; they go to `console` only in this mode.
process.env['POWERTOOLS_METRICS_NAMESPACE'] = 'Sellout/prod';
process.env['POWERTOOLS_DEV'] = 'true';
process.env['POWERTOOLS_METRICS_DISABLED'] = 'false';

const runbook = await readFile(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8');
const template = await packageStage('prod');
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');

const metric = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z._default(z.array(z.object({ Name: z.string(), Value: z.unknown() })), []),
});
const alarm = z.union([
  metric,
  z.object({ Metrics: z.array(z.object({ MetricStat: z.optional(z.object({ Metric: metric })) })) }),
]);

/** Metrics by the alarm that watches them. */
const watched = alarms.flatMap(([name, { Properties }]) => {
  const parsed = alarm.parse(Properties);
  const metrics =
    'Metrics' in parsed ? parsed.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) : [parsed];
  return metrics.map((each) => ({ name, ...each }));
});

/** Tables and indexes whose throttling no alarm watches. */
const unwatched = new Map([
  ['WriteThrottleEvents ProductsTable/propagating', 'written with the table, and an alarm takes ten metrics'],
  ['ReadThrottleEvents PurchasesTable', 'only written'],
  ['ReadThrottleEvents RateLimitsTable', 'only written'],
]);
const mostMetricsOfAnAlarm = 10;

const throttled = z.union([
  z.tuple([z.object({ Value: z.object({ Ref: z.string() }) })]),
  z.tuple([z.object({ Value: z.object({ Ref: z.string() }) }), z.object({ Value: z.string() })]),
]);
const table = z.object({
  GlobalSecondaryIndexes: z._default(z.array(z.object({ IndexName: z.string() })), []),
});

const dashboard = z.object({ 'Fn::Sub': z.string() });
const [board] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
const body = dashboard.parse(board?.[1].Properties['DashboardBody'])['Fn::Sub'];

afterEach(() => {
  vi.restoreAllMocks();
});

/** Every metric of orders, as CloudWatch reads it from the log. */
function publishedMetrics() {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const metrics = createOrderMetrics();
  metrics.conflict();
  metrics.batch(1);
  metrics.confirmed([{ product_id: 'p', name: 'Keyboard', quantity: 2, unit_price: 1 }]);
  metrics.rejected('out_of_stock');
  metrics.cancelled();
  metrics.failure();
  metrics.oldestPending(0);
  metrics.publish();
  metrics.publish();
  return log.mock.calls.map(([line]) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}

describe('alarms', () => {
  it('tell somebody when they begin and when they end, and the runbook says of each what to do', () => {
    for (const [name, { Properties }] of alarms) {
      expect(Properties, name).toMatchObject({
        AlarmActions: [{ Ref: 'AlarmTopic' }],
        OKActions: [{ Ref: 'AlarmTopic' }],
        TreatMissingData: expect.stringMatching(/^(notB|b)reaching$/),
      });
    }
    const sections = [...runbook.matchAll(/^### (\w+Alarm)$/gm)].map(([, name]) => name);
    expect(alarms.length).toBeGreaterThan(10);
    expect(sections.sort()).toEqual(alarms.map(([name]) => name).sort());
  });

  it('go out by e-mail only where an address is given', () => {
    expect(template.Resources['AlarmEmail']?.Condition).toBe('HasAlarmEmail');
    expect(template.Conditions['HasAlarmEmail']).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] });
  });

  it('watch what the template has', () => {
    expect(watched.length).toBeGreaterThan(alarms.length);
    for (const { name, Dimensions } of watched)
      for (const { Value } of Dimensions) {
        const references = [...JSON.stringify(Value).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)];
        for (const [, resource = ''] of references) expect(template.Resources, name).toHaveProperty(resource);
      }
  });

  it('watch the throttling of each table and index, or there is a reason', () => {
    const existing = resourcesOf(template, 'AWS::DynamoDB::Table').flatMap(([name, { Properties }]) => [
      name,
      ...table.parse(Properties).GlobalSecondaryIndexes.map(({ IndexName }) => `${name}/${IndexName}`),
    ]);
    const found = watched
      .filter(({ MetricName }) => /^(Read|Write)ThrottleEvents$/.test(MetricName))
      .map(({ MetricName, Dimensions }) => {
        const [{ Value }, index] = throttled.parse(Dimensions);
        return `${MetricName} ${[Value.Ref, ...(index ? [index.Value] : [])].join('/')}`;
      });
    expect([...found, ...unwatched.keys()].sort()).toEqual(
      ['ReadThrottleEvents', 'WriteThrottleEvents']
        .flatMap((metric) => existing.map((name) => `${metric} ${name}`))
        .sort(),
    );
    for (const [name] of alarms)
      expect(watched.filter((each) => each.name === name).length, name).toBeLessThanOrEqual(
        mostMetricsOfAnAlarm,
      );
  });

  it('hear of every failure of an order that goes on for minutes', () => {
    expect(template.Resources['OrderFailuresAlarm']?.Properties).toMatchObject({
      MetricName: 'OrderFailures',
      Statistic: 'Sum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
    });
  });

  it('sound when a sweep does not run at all', () => {
    const silent = alarms.filter(([, { Properties }]) => Properties['TreatMissingData'] === 'breaching');
    expect(silent.map(([name]) => name).sort()).toEqual(['PendingOrdersAlarm', 'ProductSweepAlarm']);
  });
});

describe('metrics of orders', () => {
  it('are told once, in the namespace of the stage', () => {
    const published = publishedMetrics();
    expect(published).toHaveLength(1);
    expect(published).toMatchObject([
      { service: 'orders', OrdersConfirmed: 1, UnitsSold: 2, TransactionConflicts: 1, OldestPendingAge: 0 },
    ]);
    expect(JSON.stringify(published)).toContain('"Namespace":"Sellout/prod"');
  });

  it('are those that alarms and the dashboard look at', () => {
    const published = Object.keys(publishedMetrics()[0] ?? {});
    const ours = watched.filter(({ Namespace }) => Namespace.startsWith('Sellout'));
    expect(ours.length).toBeGreaterThan(2);
    for (const { Namespace, MetricName, Dimensions } of ours) {
      expect(published).toContain(MetricName);
      expect([Namespace, Dimensions]).toEqual(['Sellout/prod', [{ Name: 'service', Value: 'orders' }]]);
    }
    const shown = new Set(
      [...body.matchAll(/"(Order\w+|Orders\w+|UnitsSold|OldestPendingAge)"/g)].map(([, name]) => name),
    );
    for (const name of shown) expect([...published, 'OrderAge']).toContain(name);
    expect(shown.size).toBeGreaterThan(5);
  });
});

describe('the dashboard', () => {
  it('is JSON that shows resources of the template', () => {
    const widget = z.object({ type: z.literal('metric'), properties: z.object({ title: z.string() }) });
    const { widgets } = z.object({ widgets: z.array(widget) }).parse(JSON.parse(body));
    expect(widgets.length).toBeGreaterThan(8);
    const names = [...body.matchAll(/\$\{(\w+)[.}]/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(template.Resources).toHaveProperty(name);
  });

  it('tells which of the tables and indexes that alarms watch is throttled', () => {
    const widget = z.object({
      properties: z.object({ title: z.string(), metrics: z.optional(z.array(z.array(z.unknown()))) }),
    });
    const { widgets } = z.object({ widgets: z.array(widget) }).parse(JSON.parse(body));
    const rows = widgets.find(({ properties }) => properties.title === 'Throttled')?.properties.metrics ?? [];
    let last: unknown[] = [];
    const shown = rows.map((row) => {
      // "..." stands for as much of the row before as is missing.
      const [first, ...rest] = row;
      last = first === '...' ? [...last.slice(0, last.length - rest.length), ...rest] : row;
      const [, metric, , table, , index] = last;
      return [metric, String(table).replace(/^\$\{(\w+)\}$/, '$1'), index].filter(Boolean).join(' ');
    });
    const alarmed = watched
      .filter(({ name }) => /^Throttled(Writes|Reads)Alarm$/.test(name))
      .map(({ MetricName, Dimensions }) => {
        const [{ Value: table }, index] = throttled.parse(Dimensions);
        return [MetricName, table.Ref, index?.Value].filter(Boolean).join(' ');
      });
    expect(alarmed.length).toBeGreaterThan(15);
    expect(shown.filter((name) => name !== 'Throttles undefined').sort()).toEqual(alarmed.sort());
  });
});
