import { sweepOrders } from '../../../lib/orders/sweep-orders.ts';
import { sweepProducts } from '../../../lib/products/sweep-products.ts';
import { processBatch } from '../../../lib/stream/process-batch.ts';
import { readTables } from '../../../localstack/tables.ts';
import { simulatedDocuments } from '../dynamodb/documents.ts';
import type { Observer } from '../dynamodb/observer.ts';
import { createDynamoDb } from '../dynamodb/service.ts';
import { createEventSource, eventOf } from '../lambda/event-source.ts';
import { createLambda } from '../lambda/functions.ts';
import { readStreamSettings } from '../lambda/stream-settings.ts';
import type { Random } from '../runtime/random.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { type Container, createContainer, tableName, tablePrefix } from './container.ts';
import type { DeliveryMonitor } from './delivery-invariants.ts';
import type { createFaults } from './faults.ts';
import type { Process } from './mutants.ts';

/** Timeouts of the functions in serverless.yml. */
const requestTimeoutMs = 20_000;
const workerTimeoutMs = 60_000;
/** `lib/stream/worker.ts` reserves this time to finish work in flight. */
const reserveMs = 10_000;

export interface ShopOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  /** Returns the number of partitions of a table, for example `orders`. */
  partitions(table: string): number;
  readonly indexPartitions?: number;
  readonly skewMs?: number;
  readonly faults?: ReturnType<typeof createFaults>;
  readonly observer?: Observer;
  /** Changes requests to DynamoDB, to remove a protection. */
  readonly rewrite?: ((operation: string, body: string) => string) | undefined;
  /** Changes what the worker does with a batch, to remove a protection. */
  readonly process?: Process | undefined;
  readonly deliveries?: DeliveryMonitor;
}

export type Shop = Awaited<ReturnType<typeof createSimulatedShop>>;

/** Read once, outside virtual time, because virtual time cannot wait for real files. */
const definitions = readTables({ prefix: tablePrefix });
const streamSettings = readStreamSettings();

/** Creates the functions of the service on a simulated Lambda and DynamoDB. Call it before virtual time starts. */
export async function createSimulatedShop({
  time,
  random,
  partitions,
  indexPartitions,
  skewMs = 0,
  faults,
  observer,
  rewrite,
  process = (work, event) => work(event),
  deliveries,
}: ShopOptions) {
  const settings = await streamSettings;
  const clocks = random.fork('clocks');
  const dynamodb = createDynamoDb({
    time,
    random: random.fork('dynamodb'),
    definitions: await definitions,
    partitions: (name) => partitions(name.slice(tableName('').length)),
    indexPartitions,
    faultOf: faults?.ofRequest,
    observer,
    onRecord: (record) => source.onRecord(record),
  });
  const lambda = createLambda<Container>({
    time,
    random: random.fork('lambda'),
    newContainer: () => createContainer(simulatedDocuments(time, dynamodb, rewrite)),
    skewMs: () => clocks.between(-skewMs, skewMs),
    ...(faults === undefined ? {} : { crashAfterMs: faults.crashAfterMs }),
  });
  const source = createEventSource({
    time,
    random: random.fork('stream'),
    settings,
    faultOf: faults?.ofBatch,
    isUnreadable: faults?.isUnreadable,
    async deliver(batch) {
      const invoking = lambda.invoke('processOrders', { task: 'worker', timeoutMs: workerTimeoutMs }, (container) =>
        process((event) => processBatch(container, event, container.shardOffset), eventOf(batch)),
      );
      try {
        const response = await invoking;
        deliveries?.responded(batch, response, dynamodb);
        return response;
      } finally {
        deliveries?.processed(batch, dynamodb);
      }
    },
    onDiscarded: (batch) => deliveries?.discarded(batch),
  });

  return {
    dynamodb,
    lambda,

    /** Sends a request to a function. */
    request: <T>(name: string, task: string, act: (container: Container) => Promise<T>): Promise<T> =>
      lambda.invoke(name, { task, timeoutMs: requestTimeoutMs }, act),

    /** Runs both scheduled sweeps. */
    async sweep(aheadMs = 0): Promise<void> {
      const timing = { task: 'sweep', timeoutMs: workerTimeoutMs };
      const ahead = { now: () => Date.now() + aheadMs };
      const deadline = () => ahead.now() + workerTimeoutMs - reserveMs;
      await Promise.allSettled([
        lambda.invoke('sweepOrders', timing, (container) =>
          sweepOrders({ ...container, clock: ahead }, { deadline: deadline() }),
        ),
        lambda.invoke('sweepProducts', timing, (container) =>
          sweepProducts({ ...container, clock: ahead }, { deadline: deadline() }),
        ),
      ]);
    },
  };
}
