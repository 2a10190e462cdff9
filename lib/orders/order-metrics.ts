import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { OrderLine, RejectionReason } from './order.ts';

export type OrderMetrics = ReturnType<typeof createOrderMetrics>;

/**
 * Collects metrics of orders and emits them to CloudWatch in the embedded metric format, in the stage's namespace.
 * Call `emit` once at the end of an invocation.
 */
export function createOrderMetrics() {
  let metrics: Metrics | undefined;
  const counts = new Map<string, number>();
  const milliseconds: [name: string, value: number][] = [];
  const count = (name: string, value = 1) => counts.set(name, (counts.get(name) ?? 0) + value);

  return {
    /** A transaction that ended with a conflict or throttling. */
    conflict: () => count('TransactionConflicts'),

    batch: (size: number) => count('BatchSize', size),

    confirmed(lines: readonly OrderLine[]): void {
      count('OrdersConfirmed');
      for (const { quantity } of lines) count('UnitsSold', quantity);
    },

    rejected(reason: RejectionReason): void {
      count('OrdersRejected');
      count(`OrdersRejected_${reason}`);
    },

    cancelled: () => count('OrdersCancelled'),

    /** The time from submitting an order to its decision. */
    age: ({ created_at }: { readonly created_at: string }, now: number): void => {
      milliseconds.push(['OrderAge', Math.max(0, now - Date.parse(created_at))]);
    },

    /** The age of the oldest PENDING order, 0 if there is none. Emitted by every sweep: an alarm fires if it is missing. */
    oldestPending: (ageMs: number): void => {
      milliseconds.push(['OldestPendingAge', ageMs]);
    },

    /** A stream record or an order that could not be processed. */
    failure: () => count('OrderFailures'),

    emit(): void {
      if (counts.size === 0 && milliseconds.length === 0) return;
      // Created here, so that a cold start without metrics does not pay for it.
      metrics ??= new Metrics({ serviceName: 'orders' });
      for (const [name, value] of counts) metrics.addMetric(name, MetricUnit.Count, value);
      for (const [name, value] of milliseconds) metrics.addMetric(name, MetricUnit.Milliseconds, value);
      counts.clear();
      milliseconds.length = 0;
      metrics.publishStoredMetrics();
    },
  };
}
