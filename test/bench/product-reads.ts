import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { nextCursor } from '../../lib/platform/cursor.ts';
import type { Documents } from '../../lib/platform/dynamodb.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { viewOf } from '../../lib/products/product.ts';
import { createProductBrowser } from '../../lib/products/product-browser.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import { createProductStore } from '../../lib/products/product-store.ts';
import { readProduct } from '../../lib/products/read-product.ts';
import { rates } from './rates.ts';
import { table } from './table.ts';

/** Three times as long as the list is kept, so that its loads are in the figures. */
const measuredMs = 6_000;
const concurrency = 16;
const currency = 'USD';

interface Shop {
  readonly documents: Documents;
  readonly productsTable: string;
  readonly stockTable: string;
  readonly redisUrl: string;
}

/** One way to answer requests; each way has a container of its own. */
interface Way {
  readonly name: string;
  read(id: string): Promise<unknown>;
  list(): Promise<unknown>;
  readonly spent: () => Spent;
}
interface Spent {
  readonly items: number;
  readonly units: number;
}

/** Each kind of request, without a cache and with one tier and two. */
export async function comparedReads(shop: Shop): Promise<string> {
  const ways = [
    withoutCache(shop),
    withCache(shop, 'memory'),
    withCache(shop, 'memory + Redis', shop.redisUrl),
  ];
  const { products } = await createProductStore({
    documents: shop.documents,
    table: shop.productsTable,
  }).list(100);
  const ids = products.map(({ id }) => id);
  const idOf = (n: number) => ids[n % ids.length] ?? '';
  const kinds = [
    ['GET /product/{id}, 100 products in turn', (way: Way, n: number) => way.read(idOf(n))],
    ['GET /product?limit=100', (way: Way) => way.list()],
  ] as const;

  const rows: string[][] = [];
  for (const [kind, ask] of kinds) {
    let base: number | undefined;
    for (const way of ways) {
      for (let n = 0; n < 100; n += 1) await ask(way, n);
      const before = way.spent();
      const { count, perSecond, p50, p99 } = await measure((n) => ask(way, n));
      const after = way.spent();
      base ??= perSecond;
      rows.push([
        kind,
        way.name,
        perSecond.toFixed(0),
        (perSecond / base).toFixed(1),
        `${p50.toFixed(1)} / ${p99.toFixed(1)}`,
        ((after.items - before.items) / count).toFixed(2),
        ((after.units - before.units) / count).toFixed(2),
      ]);
    }
  }
  const columns = ['request', 'cache', 'requests/s', 'ratio', 'p50 / p99 ms'];
  return table([...columns, 'reads per request', 'read units per request'], rows);
}

async function measure(ask: (n: number) => Promise<unknown>) {
  const times: number[] = [];
  let next = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() - start < measuredMs) {
        const n = next++;
        const began = performance.now();
        await ask(n);
        times.push(performance.now() - began);
      }
    }),
  );
  return { count: times.length, ...rates(times, (performance.now() - start) / 1_000) };
}

/** As it was before there was a cache: the product and all its shards are read, strongly consistent. */
function withoutCache(shop: Shop): Way {
  const { documents, spent } = counting(shop.documents);
  const inventory = createInventory({ ...shop, documents });
  const store = createProductStore({ documents, table: shop.productsTable });
  return {
    name: 'none',
    spent,
    read: (id) => readProduct(inventory, id),
    async list() {
      const { products, last } = await store.list(100);
      const stocked = await inventory.read(products.map(({ id }) => id));
      const items = [...stocked.values()].map((found) => viewOf(found, currency));
      return { items, next_cursor: nextCursor(last === undefined ? undefined : { id: last }) };
    },
  };
}

function withCache(shop: Shop, name: string, cacheUrl?: string): Way {
  const { documents, spent } = counting(shop.documents);
  const products = createProductStore({ documents, table: shop.productsTable });
  const cache = createProductCache({ productsTable: shop.productsTable, cacheUrl });
  const reader = createProductBrowser({ ...shop, documents, products, currency }, cache);
  return { name, spent, read: (id) => reader.read(id), list: () => reader.list(100) };
}

const metered = z.object({
  Responses: z.optional(z.record(z.string(), z.array(z.unknown()))),
  Count: z.optional(z.number()),
  ConsumedCapacity: z.union([
    z.array(z.object({ CapacityUnits: z.number() })),
    z.object({ CapacityUnits: z.number() }),
  ]),
});

/** A client that adds up the items read and the read units that DynamoDB Local charges for them. */
function counting({ config: { endpoint, region, credentials } }: Documents) {
  if (endpoint === undefined) throw new Error('the client has no endpoint of its own');
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  const total = { items: 0, units: 0 };
  documents.middlewareStack.add(
    (next) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
      const { Responses = {}, Count = 0, ConsumedCapacity } = metered.parse(result.output);
      total.items += Count + Object.values(Responses).reduce((sum, items) => sum + items.length, 0);
      for (const { CapacityUnits } of [ConsumedCapacity].flat()) total.units += CapacityUnits;
      return result;
    },
    { step: 'initialize', name: 'counting' },
  );
  return { documents, spent: () => ({ ...total }) };
}
