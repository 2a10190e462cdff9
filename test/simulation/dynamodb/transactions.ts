import { hash } from '../runtime/random.ts';
import { InvalidRequest } from './expression-parser.ts';
import type { Journal, Usage } from './journal.ts';
import type { Observer } from './observer.ts';
import { cancelled, inProgress, ok, type Reason, type Reply, tokenReused } from './reply.ts';
import type { Table } from './table.ts';
import { type Change, evaluate, type Write, type WriteInput, type WriteKind, writeOf } from './write.ts';

export interface TransactInput {
  readonly ClientRequestToken: string;
  readonly TransactItems: readonly Readonly<Partial<Record<WriteKind, WriteInput>>>[];
}

/** When the steps of one transaction happen, in milliseconds after now. Prepare and write have a time for each item. */
export interface Timing {
  prepareAt(): number;
  readonly decideAt: number;
  writeAt(): number;
  readonly releaseAt: number;
  readonly replyAt: number;
}

interface TransactionsOptions {
  readonly tables: ReadonlyMap<string, Table>;
  readonly journal: Journal;
  readonly usage: Usage;
  now(): number;
  schedule(delayMs: number, run: () => void): unknown;
  readonly observer: Observer;
}

const maxActions = 100;
const maxBytes = 4 * 1024 * 1024;
/** A token stands for its transaction for ten minutes. */
const tokenMs = 600_000;

interface Ledger {
  readonly request: number;
  readonly at: number;
  done: boolean;
}

/**
 * TransactWriteItems in two phases. Each item is prepared by itself: its condition is checked, and from then on it
 * refuses every other write until this transaction has written it or let it go. When all are prepared the transaction
 * is decided; then each item is written by itself, so a reader may meet some of them before and some after.
 * A token that has succeeded is answered again without effect.
 *
 * @see Idziorek et al., "Distributed Transactions at Scale in Amazon DynamoDB", USENIX ATC 2023
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export function createTransactions({ tables, journal, usage, now, schedule, observer }: TransactionsOptions) {
  const ledger = new Map<string, Ledger>();

  /** @returns the reply, if it is known at once */
  function admit(token: string, body: string): Reply | undefined {
    const request = hash(body);
    const known = ledger.get(token);
    if (known !== undefined && now() - known.at < tokenMs) {
      if (known.request !== request) return tokenReused();
      return known.done ? ok() : inProgress();
    }
    ledger.set(token, { request, at: now(), done: false });
    return undefined;
  }

  function prepare(transaction: object, write: Write, forced: boolean): Change | Reason {
    const { table, key, input } = write;
    try {
      const change = evaluate(write);
      const charged = journal.prepare(change === 'condition_failed' ? unchanged(write) : change);
      if (!charged) return { Code: 'ThrottlingError' };
      if (forced || table.held.has(key)) {
        usage.conflicts++;
        return { Code: 'TransactionConflict' };
      }
      if (change !== 'condition_failed') {
        table.held.set(key, transaction);
        return change;
      }
      const old = table.items.get(key);
      const shown = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && old !== undefined;
      return { Code: 'ConditionalCheckFailed', ...(shown ? { Item: old } : {}) };
    } catch (error) {
      if (error instanceof InvalidRequest) return { Code: 'ValidationError' };
      throw error;
    }
  }

  /** @param meetsConflict whether its last item is taken to be held by another transaction */
  return function transact(
    input: TransactInput,
    body: string,
    timing: Timing,
    meetsConflict: boolean,
    task: string,
    reply: (reply: Reply, delayMs: number) => void,
  ): void {
    const writes = writesOf(tables, input, body);
    const early = admit(input.ClientRequestToken, body);
    if (early !== undefined) {
      reply(early, timing.releaseAt);
      return;
    }
    const transaction = {};
    const outcomes: (Change | Reason | undefined)[] = writes.map(() => undefined);
    const release = ({ table, key }: Pick<Write, 'table' | 'key'>) => {
      if (table.held.get(key) === transaction) table.held.delete(key);
    };
    for (const [index, write] of writes.entries()) {
      const forced = meetsConflict && index === writes.length - 1;
      schedule(timing.prepareAt(), () => {
        outcomes[index] = prepare(transaction, write, forced);
      });
    }
    schedule(timing.decideAt, () => {
      const changes = outcomes.flatMap((outcome) =>
        outcome !== undefined && 'table' in outcome ? [outcome] : [],
      );
      const known = ledger.get(input.ClientRequestToken);
      if (changes.length < writes.length) {
        ledger.delete(input.ClientRequestToken);
        const reasons = outcomes.map(
          (one): Reason => (one !== undefined && 'Code' in one ? one : { Code: 'None' }),
        );
        schedule(timing.releaseAt - timing.decideAt, () => writes.forEach(release));
        reply(cancelled(reasons), timing.replyAt - timing.decideAt);
        return;
      }
      observer.onDecided(changes, task);
      let unwritten = changes.length;
      for (const change of changes) {
        schedule(timing.writeAt() - timing.decideAt, () => {
          journal.complete(change);
          journal.apply(change);
          release(change);
          if (--unwritten === 0) observer.onWritten(changes);
        });
      }
      schedule(timing.replyAt - timing.decideAt, () => {
        if (known !== undefined) known.done = true;
      });
      reply(ok(), timing.replyAt - timing.decideAt);
    });
  };
}

/** A write that fails costs what the item that is there would. */
const unchanged = ({ table, key }: Write): Change => {
  const item = table.items.get(key);
  return { table, key, before: item, after: item };
};

/** @throws {InvalidRequest} for what DynamoDB does not even begin */
function writesOf(
  tables: ReadonlyMap<string, Table>,
  { TransactItems }: TransactInput,
  body: string,
): Write[] {
  if (TransactItems.length === 0 || TransactItems.length > maxActions)
    throw new InvalidRequest('1 to 100 actions');
  if (body.length > maxBytes) throw new InvalidRequest('more than 4 MB');
  const kinds = ['Put', 'Update', 'Delete', 'ConditionCheck'] as const;
  const writes = TransactItems.flatMap((item) =>
    kinds.flatMap((kind) => {
      const input = item[kind];
      return input === undefined ? [] : [writeOf(tables, kind, input)];
    }),
  );
  const distinct = new Set(writes.map(({ table, key }) => `${table.name} ${key}`));
  if (distinct.size < writes.length) throw new InvalidRequest('two actions on one item');
  return writes;
}
