import type { Observer } from '../dynamodb/observer.ts';
import type { Change } from '../dynamodb/write.ts';
import { createAvailableStock } from './available-stock.ts';
import { type AtomicWrite, atomicWriteOf, movements } from './ledger.ts';
import { createSums } from './sums.ts';
import { type Supplied, writeInvariants } from './write-invariants.ts';

export interface Violation {
  readonly atMs: number;
  readonly rule: string;
  readonly detail: string;
}

interface WatchOptions {
  now(): number;
  /** Units that the task may add to a product: those of its own call. */
  mayAdd(task: string, units: number): boolean;
  log(line: string): void;
}

export type InvariantMonitor = ReturnType<typeof createInvariantMonitor>;

/** Looks at every write in the moment it is decided. So each invariant holds at every moment, or the first breach is seen. */
export function createInvariantMonitor({ now, mayAdd, log }: WatchOptions) {
  const violations: Violation[] = [];
  /** Orders by the task that made them. */
  const made = new Map<string, string[]>();
  /** Units that tasks have added to products. */
  const added: { readonly task: string; readonly product: string; readonly units: number }[] = [];
  /** When each order was made, and when it was decided. */
  const lives = new Map<string, { readonly fromMs: number; readonly toMs: number }>();
  const sales: { readonly product_id: string; readonly atMs: number; readonly unit_price: number }[] = [];
  const sellable = createAvailableStock(now);
  const sums = createSums(now);
  const report = (rule: string, detail: string) => {
    violations.push({ atMs: now(), rule, detail });
    log(`VIOLATION ${rule}: ${detail}`);
  };

  function noteOrders(entry: AtomicWrite, task: string): void {
    for (const { lines } of movements(entry).confirmed) {
      for (const { product_id, unit_price } of lines) sales.push({ product_id, atMs: now(), unit_price });
    }
    for (const { before, after } of entry.orders) {
      if (after === undefined) continue;
      const known = lives.get(after.id);
      if (before !== undefined) {
        if (before.status === 'PENDING') lives.set(after.id, { fromMs: known?.fromMs ?? now(), toMs: now() });
        continue;
      }
      lives.set(after.id, { fromMs: now(), toMs: now() });
      const orders = [...(made.get(task) ?? []), after.id];
      made.set(task, orders);
      if (orders.length > 1) report('one request makes at most one order', `${task}: ${orders.join(', ')}`);
    }
  }

  const observer: Observer = {
    onDecided(changes, task) {
      const entry = atomicWriteOf(changes);
      for (const change of changes) log(`${task}: ${describe(change)}`);
      const supplied: Supplied = (product, units) => {
        if (!mayAdd(task, units) || added.some((one) => one.task === task && task !== 'open')) return false;
        added.push({ task, product, units });
        return true;
      };
      for (const [rule, check] of Object.entries(writeInvariants)) {
        for (const detail of check(entry, supplied)) report(rule, `${task}: ${detail}`);
      }
      noteOrders(entry, task);
      sellable.decided(entry);
      sums.decided(changes, entry);
    },
    onWritten(changes) {
      sellable.written(atomicWriteOf(changes));
      sums.written(changes);
    },
  };

  return {
    observer,
    violations,
    report,
    added,
    sales,
    sellable,
    sums,
    lifeOf: (order: string) => lives.get(order) ?? { fromMs: 0, toMs: 0 },
  };
}

const describe = ({ table, key, after }: Change): string =>
  `${table.name} ${key} := ${JSON.stringify(after)}`;
