import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Order, OrderLine, Rejection } from './order.ts';

export type OrderMetrics = ReturnType<typeof createOrderMetrics>;

/**
 * What CloudWatch is told of orders, as lines of the embedded metric format, in the namespace that serverless.yml
 * gives the stage. Values gather until `publish`; call that once at the end of an invocation.
 */
export function createOrderMetrics() {
  let metrics: Metrics | undefined;
  const counts = new Map<string, number>();
  const milliseconds: [name: string, value: number][] = [];
  const count = (name: string, value = 1) => counts.set(name, (counts.get(name) ?? 0) + value);

  return {
    /** A transaction met another, or throttling, and is tried again. */
    conflict: () => count('TransactionConflicts'),

    batch: (size: number) => count('BatchSize', size),

    confirmed(lines: readonly OrderLine[]): void {
      count('OrdersConfirmed');
      for (const { quantity } of lines) count('UnitsSold', quantity);
    },

    rejected(reason: Rejection['reason']): void {
      count('OrdersRejected');
      count(`OrdersRejected_${reason}`);
    },

    cancelled: () => count('OrdersCancelled'),

    /** How long a submitted order waited for its decision. */
    age: ({ created_at }: Order, now: number): void => {
      milliseconds.push(['OrderAge', Math.max(0, now - Date.parse(created_at))]);
    },

    /**
     * The age of the oldest order that the sweep finds, 0 when it finds none. Told at every sweep: an alarm
     * watches that it is told at all.
     */
    oldestPending: (ageMs: number): void => {
      milliseconds.push(['OldestPendingAge', ageMs]);
    },

    /** A record of the stream, or an order of the sweep, that could not be dealt with. */
    failure: () => count('OrderFailures'),

    publish(): void {
      if (counts.size === 0 && milliseconds.length === 0) return;
      // Made late: a cold start that tells nothing does not pay for it.
      metrics ??= new Metrics({ serviceName: 'orders' });
      for (const [name, value] of counts) metrics.addMetric(name, MetricUnit.Count, value);
      for (const [name, value] of milliseconds) metrics.addMetric(name, MetricUnit.Milliseconds, value);
      counts.clear();
      milliseconds.length = 0;
      metrics.publishStoredMetrics();
    },
  };
}
