import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createCartStore } from '../../lib/carts/cart-store.ts';
import { checkout } from '../../lib/orders/checkout.ts';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import { processOrders } from '../../lib/orders/process-orders.ts';
import { submitOrder } from '../../lib/orders/submit-order.ts';
import { newId } from '../../lib/platform/ids.ts';
import { createProduct } from '../../lib/products/create-product.ts';
import { createTables } from '../../localstack/tables.ts';
import { type Attempt, withFaults } from '../support/faults.ts';

/** Calls, write units of tables, write units of indexes; each per accepted order. */
type Cost = readonly [calls: number, writeUnits: number, indexWriteUnits: number];

/**
 * Counted at the client, since DynamoDB Local reports consumed capacity of transactions wrongly: items here
 * are below 1 KB, so a write is one unit and a write in a transaction two.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
const writeUnits = (attempts: readonly Attempt[]): number =>
  attempts.reduce((sum, { operation, actions }) => {
    if (operation === 'TransactWriteItems') return sum + 2 * actions;
    return /PutItem|UpdateItem/.test(operation) ? sum + 1 : sum;
  }, 0);

/** An order is put into both indexes when it is submitted and leaves the one of PENDING orders when decided. */
const submitIndexUnits = 3;
/** A checked-out order is never PENDING: it is put into the index by customer. */
const checkoutIndexUnits = 1;

export async function costOfSubmit(endpoint: string, count: number, shards: number): Promise<Cost> {
  const { deps, attempts, product } = await openShop(endpoint, count * 2, shards);
  const orders = [];
  for (let index = 0; index < count; index++) {
    const request = { customer_id: newId(), items: [{ id: product, quantity: 1 }] };
    orders.push((await submitOrder(deps, request)).order);
  }
  // As the stream delivers them: up to a thousand in a batch.
  for (let from = 0; from < count; from += 1_000)
    await processOrders(deps, orders.slice(from, from + 1_000), 0);
  return [attempts.length / count, writeUnits(attempts) / count, submitIndexUnits];
}

export async function costOfCheckout(endpoint: string, count: number, shards: number): Promise<Cost> {
  const { deps, attempts, product } = await openShop(endpoint, count * 2, shards);
  let calls = 0;
  let units = 0;
  for (let index = 0; index < count; index++) {
    const customer_id = newId();
    await deps.carts.setLine(customer_id, product, 1);
    attempts.length = 0;
    await checkout(deps, { customer_id });
    calls += attempts.length;
    units += writeUnits(attempts);
  }
  return [calls / count, units / count, checkoutIndexUnits];
}

async function openShop(endpoint: string, stock: number, stock_shards: number) {
  const prefix = `cost-${randomUUID()}`;
  await createTables({ endpoint, prefix });
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { documents, attempts } = withFaults(DynamoDBDocumentClient.from(client));
  const deps = {
    ...createOrderDeps({
      documents,
      productsTable: `${prefix}-products`,
      stockTable: `${prefix}-stock`,
      ordersTable: `${prefix}-orders`,
      purchasesTable: `${prefix}-purchases`,
    }),
    carts: createCartStore({ documents, table: `${prefix}-carts` }),
    currency: 'USD',
  };
  const { product } = await createProduct(deps, { name: 'Ticket', stock, price: 1_000, stock_shards });
  attempts.length = 0;
  return { deps, attempts, product: product.id };
}
