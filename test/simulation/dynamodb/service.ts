import type { readTables } from '../../../localstack/tables.ts';
import type { Random } from '../runtime/random.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { InvalidRequest } from './expression-parser.ts';
import type { Item } from './item.ts';
import { createJournal, noUsage, type StreamRecord } from './journal.ts';
import { createLatency } from './latency.ts';
import type { Observer } from './observer.ts';
import { createReads } from './reads.ts';
import { type Answer, conflict, invalid, type Reply, serverError, throttled } from './reply.ts';
import { createSingleWrites, isSingleWrite } from './single-writes.ts';
import { createTable, type Table } from './table.ts';
import type { QueryInput } from './table-index.ts';
import { createTransactions, type Timing, type TransactInput } from './transactions.ts';
import type { WriteInput } from './write.ts';

/**
 * What goes wrong with one attempt of a client. `lost_request` and `throttled` leave nothing behind; `lost_reply` and
 * `error_after` happen and are not told; `late` happens when its client has long given up; `slow` takes its time
 * between preparing and writing, and to answer.
 */
export type Fault =
  | 'conflict'
  | 'throttled'
  | 'error_before_execution'
  | 'error_after_execution'
  | 'lost_request'
  | 'lost_response'
  | 'late_execution'
  | 'slow_execution';

/** A request is of the shape that its operation wants, since the SDK has made it: all of them at once. */
type SentInput = WriteInput & QueryInput & { readonly Key: Item };

export interface ServiceOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly definitions: Awaited<ReturnType<typeof readTables>>;
  partitions(table: string): number;
  /** The same for the indexes of a table, where they have another number. */
  readonly indexPartitions?: number | undefined;
  /** Consulted once for each attempt that arrives. */
  faultOf?: ((operation: string) => Fault | undefined) | undefined;
  observer?: Observer | undefined;
  onRecord?: ((record: StreamRecord) => void) | undefined;
}

export type SimulatedDynamoDb = ReturnType<typeof createDynamoDb>;

interface Attempt {
  readonly operation: string;
  readonly body: string;
  readonly fault: Fault | undefined;
  readonly task: string;
}

const lateMs = { from: 2_500, to: 9_000 };
const slowFactor = { from: 5, to: 40 };
/**
 * DynamoDB in virtual time, as far as the product uses it: what it decides is in `write.ts` and `transactions.ts`,
 * what it costs in `journal.ts` and `capacity.ts`, how long it takes in `latency.ts`.
 *
 * Modelling choices: a request reaches its item half-way through its time. A transaction prepares its items at 30 to
 * 35 % of its time and writes them at 80 to 85 %, so an item is held for half of it; each of the four steps (two of
 * the ledger, prepare, write) is about what a write of its own takes. A cancelled transaction takes as long as
 * one that succeeds and lets its items go at 60 %.
 */
export function createDynamoDb({
  time,
  random,
  definitions,
  partitions,
  indexPartitions,
  ...hooks
}: ServiceOptions) {
  const tables = new Map<string, Table>();
  for (const definition of definitions) {
    const { TableName } = definition;
    tables.set(
      TableName,
      createTable(definition, partitions(TableName), indexPartitions ?? partitions(TableName), time.now),
    );
  }
  const usage = noUsage();
  const latency = createLatency(random.fork('latency'));
  const jitter = random.fork('jitter');
  const chaos = random.fork('chaos');
  const journal = createJournal({
    usage,
    indexLagMs: () => latency.single(),
    schedule: time.schedule,
    onRecord: hooks.onRecord ?? (() => {}),
  });
  const observer: Observer = hooks.observer ?? { onDecided: () => {}, onWritten: () => {} };
  const reads = createReads({ tables, usage, schedule: time.schedule, jitter });
  const writeSingly = createSingleWrites({ tables, journal, usage, observer });
  const transact = createTransactions({
    tables,
    journal,
    usage,
    now: time.now,
    schedule: time.schedule,
    observer,
  });

  function timingOf(totalMs: number, slowness: number): Timing {
    const until = totalMs * slowness;
    return {
      prepareAt: () => totalMs * (0.3 + 0.05 * jitter.next()),
      decideAt: totalMs * 0.5,
      writeAt: () => totalMs * 0.5 + (until - totalMs * 0.5) * (0.6 + 0.1 * jitter.next()),
      releaseAt: totalMs * 0.6,
      replyAt: until,
    };
  }

  /** Carries a request out. It answers once, after `delayMs`; what is wrong with it is said in an answer too. */
  function carryOut({ operation, body, fault, task }: Attempt, answer: Answer): void {
    const slowness = fault === 'slow_execution' ? chaos.between(slowFactor.from, slowFactor.to) : 1;
    const totalMs = latency.single();
    try {
      const input = JSON.parse(body);
      if (operation === 'TransactWriteItems') {
        const transaction: TransactInput = input;
        const ms = latency.transaction(transaction.TransactItems.length);
        transact(transaction, body, timingOf(ms, slowness), fault === 'conflict', task, answer);
      } else if (operation === 'BatchGetItem') {
        reads.batchGet(input, totalMs * slowness, answer);
      } else {
        const halfMs = (totalMs * slowness) / 2;
        time.schedule(halfMs, () => answer(outcomeOf(operation, input, fault, task), halfMs));
      }
    } catch (error) {
      answer(refusalOf(error), totalMs);
    }
  }

  function outcomeOf(operation: string, input: SentInput, fault: Fault | undefined, task: string): Reply {
    try {
      if (isSingleWrite(operation)) {
        return fault === 'conflict' ? conflict() : writeSingly(operation, input, task);
      }
      if (operation === 'GetItem') return reads.get(input);
      if (operation === 'Query') return reads.query(input);
      throw new InvalidRequest(`${operation} is not modelled`);
    } catch (error) {
      return refusalOf(error);
    }
  }

  return {
    tables,
    usage,

    /** One attempt of a client: `reply` is called when its answer arrives, if it does. */
    request(operation: string, body: string, reply: (reply: Reply) => void): void {
      usage.requests++;
      const fault = hooks.faultOf?.(operation);
      const attempt = { operation, body, fault, task: time.machine()?.task ?? 'nobody' };
      const answer: Answer = (result, delayMs) => {
        time.after(delayMs, () =>
          reply(fault === 'error_after_execution' && result.status === 200 ? serverError() : result),
        );
      };
      const silently: Answer = () => {};
      if (fault === 'lost_request') return;
      if (fault === 'throttled') answer(throttled(), latency.single());
      else if (fault === 'error_before_execution') answer(serverError(), latency.single());
      else if (fault === 'lost_response') carryOut(attempt, silently);
      else if (fault === 'late_execution') {
        time.schedule(chaos.between(lateMs.from, lateMs.to), () => carryOut(attempt, silently));
      } else carryOut(attempt, answer);
    },
  };
}

function refusalOf(error: unknown): Reply {
  if (error instanceof InvalidRequest) return invalid(error.message);
  throw error;
}
