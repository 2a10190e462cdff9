import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { newId } from '../../../lib/platform/ids.ts';
import { simulatedDocuments } from '../dynamodb/documents.ts';
import { tableName } from '../sale/container.ts';
import { sellHotProduct } from './hot-product.ts';
import { createMeasurement, type Measured, type Measurement } from './measurement.ts';

const warmUpMs = 2_500;
const endMs = 4_000;
const plenty = 10_000_000;

/**
 * Measures the common pattern: one stock item, one transaction per order and the retries of the SDK. Shoppers retry
 * cancelled transactions at once.
 */
export async function loadPlain(shoppers: number): Promise<Measured> {
  let measurement: Measurement | undefined;
  await sellHotProduct({ stock: plenty, shards: 1, ordersPartitions: 120 }, async ({ time, shop, product }) => {
    const from = time.now();
    const measured = createMeasurement(time.now, shop.dynamodb.usage, from + warmUpMs, from + endMs);
    measurement = measured;
    await Promise.all(
      Array.from({ length: shoppers }, async () => {
        const documents = simulatedDocuments(time, shop.dynamodb);
        let sinceMs = time.now();
        while (!measured.isOver()) {
          try {
            await documents.send(orderOne(product));
          } catch {
            continue;
          }
          measured.decided(sinceMs, true);
          sinceMs = time.now();
        }
      }),
    );
  });
  if (measurement === undefined) throw new Error('The load measured nothing');
  return measurement.result();
}

const orderOne = (product: string): TransactWriteCommand =>
  new TransactWriteCommand({
    TransactItems: [
      {
        Update: {
          TableName: tableName('stock'),
          Key: { shard_id: `${product}#0` },
          UpdateExpression: 'SET stock = stock - :one',
          ConditionExpression: 'stock >= :one',
          ExpressionAttributeValues: { ':one': 1 },
        },
      },
      {
        Put: {
          TableName: tableName('orders'),
          Item: { id: newId(), customer_id: newId(), product, quantity: 1, status: 'CONFIRMED' },
          ConditionExpression: 'attribute_not_exists(id)',
        },
      },
    ],
  });
