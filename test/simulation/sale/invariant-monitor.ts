import type { Observer } from '../dynamodb/observer.ts';
import type { Change } from '../dynamodb/write.ts';
import { createAvailableStock } from './available-stock.ts';
import { type AtomicWrite, atomicWriteOf, statusChanges } from './ledger.ts';
import { createSums } from './sums.ts';
import { type MayAdd, writeInvariants } from './write-invariants.ts';

export interface Violation {
  readonly atMs: number;
  readonly rule: string;
  readonly detail: string;
}

interface MonitorOptions {
  now(): number;
  /** Whether the task asked to add this many units to a product. */
  mayAdd(task: string, units: number): boolean;
  log(line: string): void;
}

export type InvariantMonitor = ReturnType<typeof createInvariantMonitor>;

/** Checks every write at the time it is decided, so the first violation of an invariant is reported. */
export function createInvariantMonitor({ now, mayAdd, log }: MonitorOptions) {
  const violations: Violation[] = [];
  /** Ids of the orders that each task created. */
  const ordersByTask = new Map<string, string[]>();
  /** Units that tasks added to products. */
  const added: { readonly task: string; readonly product: string; readonly units: number }[] = [];
  /** When each order was created and decided. */
  const orderTimes = new Map<string, { readonly fromMs: number; readonly toMs: number }>();
  const sales: { readonly product_id: string; readonly atMs: number; readonly unit_price: number }[] = [];
  const availableStock = createAvailableStock(now);
  const sums = createSums(now);
  const report = (rule: string, detail: string) => {
    violations.push({ atMs: now(), rule, detail });
    log(`VIOLATION ${rule}: ${detail}`);
  };

  function recordOrders(write: AtomicWrite, task: string): void {
    for (const { lines } of statusChanges(write).confirmed) {
      for (const { product_id, unit_price } of lines) sales.push({ product_id, atMs: now(), unit_price });
    }
    for (const { before, after } of write.orders) {
      if (after === undefined) continue;
      const previous = orderTimes.get(after.id);
      if (before !== undefined) {
        if (before.status === 'PENDING') orderTimes.set(after.id, { fromMs: previous?.fromMs ?? now(), toMs: now() });
        continue;
      }
      orderTimes.set(after.id, { fromMs: now(), toMs: now() });
      const orders = [...(ordersByTask.get(task) ?? []), after.id];
      ordersByTask.set(task, orders);
      if (orders.length > 1) report('one request creates at most one order', `${task}: ${orders.join(', ')}`);
    }
  }

  const observer: Observer = {
    onDecided(changes, task) {
      const write = atomicWriteOf(changes);
      for (const change of changes) log(`${task}: ${describe(change)}`);
      const mayAddOnce: MayAdd = (product, units) => {
        if (!mayAdd(task, units) || added.some((one) => one.task === task && task !== 'setup')) return false;
        added.push({ task, product, units });
        return true;
      };
      for (const [rule, check] of Object.entries(writeInvariants)) {
        for (const detail of check(write, mayAddOnce)) report(rule, `${task}: ${detail}`);
      }
      recordOrders(write, task);
      availableStock.decided(write);
      sums.decided(changes, write);
    },
    onWritten(changes) {
      availableStock.written(atomicWriteOf(changes));
      sums.written(changes);
    },
  };

  return {
    observer,
    violations,
    report,
    added,
    sales,
    availableStock,
    sums,
    timesOf: (order: string) => orderTimes.get(order) ?? { fromMs: 0, toMs: 0 },
  };
}

const describe = ({ table, key, after }: Change): string => `${table.name} ${key} := ${JSON.stringify(after)}`;
