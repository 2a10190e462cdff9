import type { readTables } from '../../../localstack/tables.ts';
import type { Random } from '../runtime/random.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { InvalidRequest } from './expression-parser.ts';
import type { Item } from './item.ts';
import { createJournal, noUsage, type StreamRecord } from './journal.ts';
import { createLatency } from './latency.ts';
import type { Observer } from './observer.ts';
import { createReads } from './reads.ts';
import { conflict, invalid, type Respond, type Response, serverError, throttled } from './response.ts';
import { createSingleWrites, isSingleWrite } from './single-writes.ts';
import { createTable, type Table } from './table.ts';
import type { QueryInput } from './table-index.ts';
import { createTransactions, type Timing, type TransactInput } from './transactions.ts';
import type { WriteInput } from './write.ts';

/**
 * A fault of one attempt.
 *
 * - `conflict`, `throttled`, `error_before_execution`, `lost_request`: the request has no effect.
 * - `error_after_execution`, `lost_response`: the request takes effect, but the client does not know.
 * - `late_execution`: the request takes effect after its client timed out.
 * - `slow_execution`: it takes longer to write and to respond.
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

/** The union of all inputs. The SDK creates them, so each has the fields of its operation. */
type SentInput = WriteInput & QueryInput & { readonly Key: Item };

export interface ServiceOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly definitions: Awaited<ReturnType<typeof readTables>>;
  partitions(table: string): number;
  /** Partitions of each index, if it differs from its table. */
  readonly indexPartitions?: number | undefined;
  /** Called once per attempt. */
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
 * Simulates the part of DynamoDB that the service uses, in virtual time: semantics in `write.ts` and `transactions.ts`,
 * costs in `journal.ts` and `capacity.ts`, latencies in `latency.ts`.
 *
 * Model assumptions: a request reaches its item after half of its latency. A transaction prepares its items after 30 to 35 %
 * and writes them after 80 to 85 % of its latency, so it holds an item for half of that time. Each of its four steps (two
 * writes of the transaction ledger, prepare, write) takes about as long as a single write. A cancelled transaction takes as
 * long as a successful one and releases its items after 60 %.
 */
export function createDynamoDb({ time, random, definitions, partitions, indexPartitions, ...hooks }: ServiceOptions) {
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
      respondAt: until,
    };
  }

  /** Executes a request and responds once, also if the request is invalid. */
  function execute({ operation, body, fault, task }: Attempt, respond: Respond): void {
    const slowness = fault === 'slow_execution' ? chaos.between(slowFactor.from, slowFactor.to) : 1;
    const totalMs = latency.single();
    try {
      const input = JSON.parse(body);
      if (operation === 'TransactWriteItems') {
        const transaction: TransactInput = input;
        const ms = latency.transaction(transaction.TransactItems.length);
        transact(transaction, body, timingOf(ms, slowness), fault === 'conflict', task, respond);
      } else if (operation === 'BatchGetItem') {
        reads.batchGet(input, totalMs * slowness, respond);
      } else {
        const halfMs = (totalMs * slowness) / 2;
        time.schedule(halfMs, () => respond(resultOf(operation, input, fault, task), halfMs));
      }
    } catch (error) {
      respond(errorResponse(error), totalMs);
    }
  }

  function resultOf(operation: string, input: SentInput, fault: Fault | undefined, task: string): Response {
    try {
      if (isSingleWrite(operation)) {
        return fault === 'conflict' ? conflict() : writeSingly(operation, input, task);
      }
      if (operation === 'GetItem') return reads.get(input);
      if (operation === 'Query') return reads.query(input);
      throw new InvalidRequest(`The simulation does not support ${operation}`);
    } catch (error) {
      return errorResponse(error);
    }
  }

  return {
    tables,
    usage,

    /** Handles one attempt of a client. `receive` is called when the response arrives, if it does. */
    request(operation: string, body: string, receive: (response: Response) => void): void {
      usage.requests++;
      const fault = hooks.faultOf?.(operation);
      const attempt = { operation, body, fault, task: time.machine()?.task ?? 'none' };
      const respond: Respond = (response, delayMs) => {
        time.after(delayMs, () =>
          receive(fault === 'error_after_execution' && response.status === 200 ? serverError() : response),
        );
      };
      const withoutResponse: Respond = () => {};
      if (fault === 'lost_request') return;
      if (fault === 'throttled') respond(throttled(), latency.single());
      else if (fault === 'error_before_execution') respond(serverError(), latency.single());
      else if (fault === 'lost_response') execute(attempt, withoutResponse);
      else if (fault === 'late_execution') {
        time.schedule(chaos.between(lateMs.from, lateMs.to), () => execute(attempt, withoutResponse));
      } else execute(attempt, respond);
    },
  };
}

function errorResponse(error: unknown): Response {
  if (error instanceof InvalidRequest) return invalid(error.message);
  throw error;
}
