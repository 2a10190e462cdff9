import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { createOrderMetrics } from '../../../lib/orders/order-metrics.ts';
import { anchorsOf } from '../../support/documents/anchors.ts';
import { packageStage, resourcesOf } from '../../support/packaging/template.ts';

// createOrderMetrics reads these; only in this mode metrics go to `console`.
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

/** Every metric of an alarm, with the name of the alarm. */
const watched = alarms.flatMap(([name, { Properties }]) => {
  const parsed = alarm.parse(Properties);
  const metrics = 'Metrics' in parsed ? parsed.Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) : [parsed];
  return metrics.map((each) => ({ name, ...each }));
});
/** A quota of CloudWatch. */
const metricsPerAlarmMax = 10;

/** Tables and indexes whose throttling no alarm watches. */
const unwatched = new Map([
  ['WriteThrottleEvents ProductsTable/propagating', 'written together with the table'],
  ['ReadThrottleEvents PurchasesTable', 'only written'],
  ['ReadThrottleEvents RateLimitsTable', 'read at most once a second per container and counter'],
]);

const throttled = z.union([
  z.tuple([z.object({ Value: z.object({ Ref: z.string() }) })]),
  z.tuple([z.object({ Value: z.object({ Ref: z.string() }) }), z.object({ Value: z.string() })]),
]);
/** `ReadThrottleEvents OrdersTable/pending` for each table and index that an alarm watches. */
const watchedThrottling = watched
  .filter(({ MetricName }) => /^(Read|Write)ThrottleEvents$/.test(MetricName))
  .map(({ MetricName, Dimensions }) => {
    const [{ Value: table }, index] = throttled.parse(Dimensions);
    return `${MetricName} ${[table.Ref, ...(index ? [index.Value] : [])].join('/')}`;
  });
const table = z.object({
  GlobalSecondaryIndexes: z._default(z.array(z.object({ IndexName: z.string() })), []),
});

const dashboard = z.object({ 'Fn::Sub': z.string() });
const [board] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
const body = dashboard.parse(board?.[1].Properties['DashboardBody'])['Fn::Sub'];
const widget = z.object({
  type: z.literal('metric'),
  properties: z.object({ title: z.string(), metrics: z.array(z.array(z.unknown())) }),
});
const { widgets } = z.object({ widgets: z.array(widget) }).parse(JSON.parse(body));

afterEach(() => {
  vi.restoreAllMocks();
});

/** Every metric that the order metrics emit, as CloudWatch reads it from the log. */
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
  metrics.emit();
  metrics.emit();
  return log.mock.calls.map(([line]) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}

describe('alarms', () => {
  it('notify the topic when they fire and when they recover', () => {
    expect(alarms.length).toBeGreaterThan(10);
    for (const [name, { Properties }] of alarms)
      expect(Properties, name).toMatchObject({
        AlarmActions: [{ Ref: 'AlarmTopic' }],
        OKActions: [{ Ref: 'AlarmTopic' }],
        TreatMissingData: expect.stringMatching(/^(notB|b)reaching$/),
      });
  });

  it('link a section of the runbook in their descriptions', () => {
    const anchors = anchorsOf(runbook);
    for (const [name, { Properties }] of alarms) {
      const link = /^.{20,}\. See docs\/runbook\.md#(\w+)$/.exec(z.string().parse(Properties['AlarmDescription']));
      expect(anchors, name).toContain(link?.[1]);
      expect(link?.[1], name).toBe(name.toLowerCase());
    }
  });

  it('cover every alarm section of the runbook', () => {
    const sections = [...runbook.matchAll(/^#+ (\w+Alarm)$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual(alarms.map(([name]) => name).sort());
  });

  it('send email only if alarm_email is set', () => {
    expect(template.Resources['AlarmEmail']?.Condition).toBe('HasAlarmEmail');
    expect(template.Conditions['HasAlarmEmail']).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] });
  });

  it('watch only resources of the template', () => {
    expect(watched.length).toBeGreaterThan(alarms.length);
    for (const { name, Dimensions } of watched)
      for (const { Value } of Dimensions) {
        const references = [...JSON.stringify(Value).matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)];
        for (const [, resource = ''] of references) expect(template.Resources, name).toHaveProperty(resource);
      }
  });

  it('watch at most as many metrics as CloudWatch allows', () => {
    for (const [name] of alarms)
      expect(watched.filter((each) => each.name === name).length, name).toBeLessThanOrEqual(metricsPerAlarmMax);
  });

  it('watch the throttling of every table and index, with few exceptions', () => {
    const existing = resourcesOf(template, 'AWS::DynamoDB::Table').flatMap(([name, { Properties }]) => [
      name,
      ...table.parse(Properties).GlobalSecondaryIndexes.map(({ IndexName }) => `${name}/${IndexName}`),
    ]);
    expect([...watchedThrottling, ...unwatched.keys()].sort()).toEqual(
      ['ReadThrottleEvents', 'WriteThrottleEvents']
        .flatMap((metric) => existing.map((name) => `${metric} ${name}`))
        .sort(),
    );
  });

  it('fire when a sweep does not run at all', () => {
    const silent = alarms.filter(([, { Properties }]) => Properties['TreatMissingData'] === 'breaching');
    expect(silent.map(([name]) => name).sort()).toEqual(['PendingOrdersAlarm', 'ProductSweepAlarm']);
  });
});

describe('createOrderMetrics', () => {
  it('emits each metric once, in the namespace of the stage', () => {
    const published = publishedMetrics();
    expect(published).toHaveLength(1);
    expect(published).toMatchObject([
      { service: 'orders', OrdersConfirmed: 1, UnitsSold: 2, TransactionConflicts: 1, OldestPendingAge: 0 },
    ]);
    expect(JSON.stringify(published)).toContain('"Namespace":"Sellout/prod"');
  });

  it('emits every order metric of alarms and dashboard', () => {
    const published = Object.keys(publishedMetrics()[0] ?? {});
    const used = watched.filter(({ Namespace }) => Namespace.startsWith('Sellout'));
    expect(used.length).toBeGreaterThan(2);
    for (const { Namespace, MetricName, Dimensions } of used) {
      expect(published).toContain(MetricName);
      expect([Namespace, Dimensions]).toEqual(['Sellout/prod', [{ Name: 'service', Value: 'orders' }]]);
    }
    const shown = widgets
      .flatMap(({ properties }) => properties.metrics)
      .filter(([namespace]) => namespace === 'Sellout/prod');
    expect(shown.length).toBeGreaterThan(5);
    for (const [, name, ...dimension] of shown) {
      expect([...published, 'OrderAge']).toContain(name);
      expect(dimension.slice(0, 2)).toEqual(['service', 'orders']);
    }
  });
});

describe('dashboard', () => {
  it('shows only resources of the template', () => {
    expect(widgets.length).toBeGreaterThan(8);
    const names = [...body.matchAll(/\$\{(\w+)[.}]/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(template.Resources).toHaveProperty(name);
  });

  it('shows the throttling of every table and index that alarms watch', () => {
    const shown = widgets
      .flatMap(({ properties }) => properties.metrics)
      .filter(([, name]) => /^(Read|Write)ThrottleEvents$/.test(String(name)))
      .map(([, name, , table, , index]) =>
        [`${name} ${String(table).replace(/^\$\{(\w+)\}$/, '$1')}`, index].filter(Boolean).join('/'),
      );
    expect(watchedThrottling.length).toBeGreaterThan(15);
    expect(shown.sort()).toEqual([...watchedThrottling].sort());
  });
});
