import { processOrders } from '../../../lib/orders/process-orders.ts';
import { sweepOrders } from '../../../lib/orders/sweep-orders.ts';
import { sweepProducts } from '../../../lib/products/sweep-products.ts';
import { ordersIn } from '../../../lib/stream/order-records.ts';
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
import type { createFaults } from './faults.ts';

/** Of the functions, in serverless.yml. */
const requestTimeoutMs = 20_000;
const workerTimeoutMs = 60_000;
/** Kept by `lib/stream/worker.ts` to finish what is under way. */
const reserveMs = 10_000;

export interface ShopOptions {
  readonly time: VirtualTime;
  readonly random: Random;
  /** Partitions of a table by its noun. */
  partitions(noun: string): number;
  readonly indexPartitions?: number;
  readonly skewMs?: number;
  readonly faults?: ReturnType<typeof createFaults>;
  readonly observer?: Observer;
  /** Changes requests on their way, to take a protection out of the product. */
  readonly rewrite?: ((operation: string, body: string) => string) | undefined;
}

export type Shop = Awaited<ReturnType<typeof createSimulatedShop>>;

/** Read once: real files must not be waited for in virtual time. */
const definitions = readTables({ prefix: tablePrefix });
const streamSettings = readStreamSettings();

/** The product's functions as Lambda runs them, on a DynamoDB of their own. Call it before virtual time begins. */
export async function createSimulatedShop({
  time,
  random,
  partitions,
  indexPartitions,
  skewMs = 0,
  faults,
  observer,
  rewrite,
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
    ...(faults === undefined ? {} : { deathMs: faults.deathMs }),
  });
  const source = createEventSource({
    time,
    random: random.fork('stream'),
    settings,
    faultOf: faults?.ofBatch,
    deliver: (batch) =>
      lambda.invoke('processOrders', { task: 'worker', timeoutMs: workerTimeoutMs }, async (container) => {
        const { orders } = ordersIn(eventOf(batch));
        await processOrders(container, { orders, shardOffset: container.lane });
      }),
  });

  return {
    dynamodb,
    lambda,
    givenUp: source.givenUp,

    /** A request of a client to one of the functions. */
    request: <T>(name: string, task: string, act: (container: Container) => Promise<T>): Promise<T> =>
      lambda.invoke(name, { task, timeoutMs: requestTimeoutMs }, act),

    /** Both sweeps, as each minute begins them. */
    async sweep(aheadMs = 0): Promise<void> {
      const timing = { task: 'sweep', timeoutMs: workerTimeoutMs };
      const ahead = { now: () => Date.now() + aheadMs };
      const deadline = () => ahead.now() + workerTimeoutMs - reserveMs;
      await Promise.allSettled([
        lambda.invoke('sweepOrders', timing, (container) =>
          sweepOrders({ ...container, clock: ahead }, { deadline: deadline() }),
        ),
        lambda.invoke('sweepProducts', timing, (container) =>
          sweepProducts(container, container.inventory, ahead, deadline()),
        ),
      ]);
    },
  };
}
