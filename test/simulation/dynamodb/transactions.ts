import { hash } from '../runtime/random.ts';
import { InvalidRequest } from './expression-parser.ts';
import type { Journal, Usage } from './journal.ts';
import type { Observer } from './observer.ts';
import { cancelled, inProgress, ok, type Reason, type Respond, type Response, tokenReused } from './response.ts';
import type { Table } from './table.ts';
import { type Change, evaluate, type Write, type WriteInput, type WriteKind, writeOf } from './write.ts';

export interface TransactInput {
  readonly ClientRequestToken: string;
  readonly TransactItems: readonly Readonly<Partial<Record<WriteKind, WriteInput>>>[];
}

/** Times of the steps of a transaction, in milliseconds from now. Each item draws its own time to prepare and write. */
export interface Timing {
  prepareAt(): number;
  readonly decideAt: number;
  writeAt(): number;
  readonly releaseAt: number;
  readonly respondAt: number;
}

interface TransactionsOptions {
  readonly tables: ReadonlyMap<string, Table>;
  readonly journal: Journal;
  readonly usage: Usage;
  now(): number;
  schedule(delayMs: number, run: () => void): unknown;
  readonly observer: Observer;
}

const actionsMax = 100;
const bytesMax = 4 * 1024 * 1024;
/** How long DynamoDB stores a ClientRequestToken. */
const tokenMs = 600_000;

interface TokenEntry {
  readonly request: number;
  readonly at: number;
  done: boolean;
}

/**
 * Executes TransactWriteItems in two phases.
 *
 * First it prepares each item separately: it checks the condition and holds the item, so other writes to it fail. When all
 * items are prepared, the transaction is decided. Then it writes each item separately, so a reader may see some items before
 * and some after the transaction. Repeating the token of a successful transaction succeeds without effect.
 *
 * @see Idziorek et al., "Distributed Transactions at Scale in Amazon DynamoDB", USENIX ATC 2023
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export function createTransactions({ tables, journal, usage, now, schedule, observer }: TransactionsOptions) {
  const tokens = new Map<string, TokenEntry>();

  /** Records the token. @returns a response if the token was already used */
  function claimToken(token: string, body: string): Response | undefined {
    const request = hash(body);
    const used = tokens.get(token);
    if (used !== undefined && now() - used.at < tokenMs) {
      if (used.request !== request) return tokenReused();
      return used.done ? ok() : inProgress();
    }
    tokens.set(token, { request, at: now(), done: false });
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
      const returnsOld = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && old !== undefined;
      return { Code: 'ConditionalCheckFailed', ...(returnsOld ? { Item: old } : {}) };
    } catch (error) {
      if (error instanceof InvalidRequest) return { Code: 'ValidationError' };
      throw error;
    }
  }

  /** @param forceConflict treats the last item as held by another transaction */
  return function transact(
    input: TransactInput,
    body: string,
    timing: Timing,
    forceConflict: boolean,
    task: string,
    respond: Respond,
  ): void {
    const writes = writesOf(tables, input, body);
    const repeated = claimToken(input.ClientRequestToken, body);
    if (repeated !== undefined) {
      respond(repeated, timing.releaseAt);
      return;
    }
    const transaction = {};
    const outcomes: (Change | Reason | undefined)[] = writes.map(() => undefined);
    const release = ({ table, key }: Pick<Write, 'table' | 'key'>) => {
      if (table.held.get(key) === transaction) table.held.delete(key);
    };
    for (const [index, write] of writes.entries()) {
      const forced = forceConflict && index === writes.length - 1;
      schedule(timing.prepareAt(), () => {
        outcomes[index] = prepare(transaction, write, forced);
      });
    }
    schedule(timing.decideAt, () => {
      const changes = outcomes.flatMap((outcome) => (outcome !== undefined && 'table' in outcome ? [outcome] : []));
      const entry = tokens.get(input.ClientRequestToken);
      if (changes.length < writes.length) {
        tokens.delete(input.ClientRequestToken);
        const reasons = outcomes.map((one): Reason => (one !== undefined && 'Code' in one ? one : { Code: 'None' }));
        schedule(timing.releaseAt - timing.decideAt, () => writes.forEach(release));
        respond(cancelled(reasons), timing.respondAt - timing.decideAt);
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
      schedule(timing.respondAt - timing.decideAt, () => {
        if (entry !== undefined) entry.done = true;
      });
      respond(ok(), timing.respondAt - timing.decideAt);
    });
  };
}

/** A failed write costs as much as writing the existing item. */
const unchanged = ({ table, key }: Write): Change => {
  const item = table.items.get(key);
  return { table, key, before: item, after: item };
};

/** @throws {InvalidRequest} if DynamoDB would reject the whole transaction */
function writesOf(tables: ReadonlyMap<string, Table>, { TransactItems }: TransactInput, body: string): Write[] {
  if (TransactItems.length === 0 || TransactItems.length > actionsMax)
    throw new InvalidRequest('A transaction must have 1 to 100 actions');
  if (body.length > bytesMax) throw new InvalidRequest('The transaction is larger than 4 MB');
  const kinds = ['Put', 'Update', 'Delete', 'ConditionCheck'] as const;
  const writes = TransactItems.flatMap((item) =>
    kinds.flatMap((kind) => {
      const input = item[kind];
      return input === undefined ? [] : [writeOf(tables, kind, input)];
    }),
  );
  const distinct = new Set(writes.map(({ table, key }) => `${table.name} ${key}`));
  if (distinct.size < writes.length) throw new InvalidRequest('The transaction has two actions on one item');
  return writes;
}
