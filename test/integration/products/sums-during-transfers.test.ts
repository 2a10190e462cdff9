import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showCart } from '../../../lib/carts/show-cart.ts';
import { DomainError } from '../../../lib/errors.ts';
import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import { consolidateStock } from '../../../lib/products/gather-units.ts';
import { soldOf, stockOf } from '../../../lib/products/product.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { seeded } from '../../support/database/fault-injection.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { openBrowser } from '../../support/fixtures/product-browser.ts';

/** Units of an order that no shard holds alone; small orders take one. So the sold units tell how many of each they hold. */
const large = 1_000;
const opening = 4_000;
const supplied = 37;
/** Of supplies and of small orders for each product: more would fill a shard, or make up a large order. */
const most = 60;
const wantedReads = 10_000;
/** The document lets the list lag by so much. */
const listLagMs = 5_000;

/** One write: what it adds to the number of its kind, and when it was under way. */
interface Write {
  readonly adds: number;
  readonly fromMs: number;
  toMs: number;
}

interface Books {
  readonly supplies: Write[];
  readonly largeOrders: Write[];
  readonly smallOrders: Write[];
}

interface Sum {
  readonly stock?: number;
  readonly sold?: number;
}

let shop: OrderFixture;
let products: string[];
let books: Map<string, Books>;

/** The least and the most that the writes can have come to in one moment of a read. */
function range(writes: readonly Write[], fromMs: number, toMs: number) {
  const done = writes.filter((write) => write.toMs < fromMs).reduce((sum, { adds }) => sum + adds, 0);
  const open = writes.filter((write) => write.fromMs < toMs && write.toMs >= fromMs);
  const least = done + open.reduce((sum, { adds }) => sum + Math.min(0, adds), 0);
  return { least, most: done + open.reduce((sum, { adds }) => sum + Math.max(0, adds), 0) };
}

type Range = ReturnType<typeof range>;

const within = (value: number, { least, most }: Range) => value >= least && value <= most;

const integers = ({ least, most }: Range) => Array.from({ length: most - least + 1 }, (_, n) => least + n);

/** Whether each write is in the sum wholly or not at all, and all those that were over before it was read are in it. */
function isWhole(id: string, { stock, sold }: Sum, fromMs: number, toMs: number): boolean {
  const { supplies, largeOrders, smallOrders } = booksOf(id);
  const [larges, smalls] = [range(largeOrders, fromMs, toMs), range(smallOrders, fromMs, toMs)];
  const canBeSold = (units: number) =>
    within(Math.floor(units / large), larges) && within(units % large, smalls);
  if (sold !== undefined && !canBeSold(sold)) return false;
  if (stock === undefined) return true;
  const totals = integers(range(supplies, fromMs, toMs)).map((times) => opening + times * supplied);
  return totals.some((total) => (sold === undefined ? canBeSold(total - stock) : total === stock + sold));
}

function booksOf(id: string): Books {
  const own = books.get(id);
  if (own === undefined) throw new Error(`no books of ${id}`);
  return own;
}

/** Runs each of these over and over until `isOver`, and fails with the first that throws. */
async function untilOver(isOver: () => boolean, tasks: readonly (() => Promise<void>)[]): Promise<void> {
  await Promise.all(
    tasks.map(async (task) => {
      while (!isOver()) await task();
    }),
  );
}

describe('sums of stock and sold units, while shards are added, units move, and orders take from many shards', () => {
  const found: string[] = [];
  const reads: Record<string, number> = {};
  const busy: Record<string, number> = {};
  const writes: Record<string, number> = {};

  beforeAll(async () => {
    shop = await createOrderFixture();
    products = await Promise.all(
      [1, 8, 16, 32].map((stock_shards) => shop.sell({ stock: opening, stock_shards })),
    );
    books = new Map(products.map((id) => [id, { supplies: [], largeOrders: [], smallOrders: [] }]));
    await raceReadersWithWriters();
  }, 480_000);

  async function raceReadersWithWriters(): Promise<void> {
    const seed = 1212;
    const random = seeded(seed);
    const pick = <T>(list: readonly T[]): T => {
      const chosen = list[Math.floor(random() * list.length)];
      if (chosen === undefined) throw new Error('nothing to pick from');
      return chosen;
    };
    const done = () => Object.values(reads).reduce((sum, count) => sum + count, 0);
    const minimum = { reshard: 6, gather: 60, supply: 30, large: 60, small: 60, cancel: 40 };
    const isOver = () =>
      found.length > 0 ||
      (done() >= wantedReads &&
        Object.entries(minimum).every(([kind, least]) => (writes[kind] ?? 0) >= least));
    const count = (counts: Record<string, number>, kind: string) => {
      counts[kind] = (counts[kind] ?? 0) + 1;
    };

    async function read(kind: string, get: () => Promise<readonly (readonly [string, Sum])[]>, lagMs = 0) {
      const fromMs = performance.now() - lagMs;
      try {
        const sums = await get();
        for (const [id, sum] of sums) {
          count(reads, kind);
          if (!isWhole(id, sum, fromMs, performance.now()))
            found.push(`${kind}: ${JSON.stringify({ seed, opening, ...sum })}`);
        }
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'contention')) throw error;
        count(busy, kind);
      }
    }

    const readers = Array.from({ length: 6 }, () => {
      const container = shop.container();
      const { read: readOne, list } = openBrowser(shop, undefined, container);
      return async () => {
        const id = pick(products);
        await read('GET /product/{id}', async () => {
          const { shards } = await readOne(id);
          return [[id, { stock: stockOf(shards), sold: soldOf(shards) }]];
        });
        await read(
          'GET /product',
          async () => (await list(100)).items.map(({ id, stock, sold }) => [id, { stock, sold }]),
          listLagMs,
        );
        await read('GET /order/product/{id}', async () => {
          const { shards } = await readProduct(container.inventory, id);
          return [[id, { sold: soldOf(shards) }]];
        });
        const lines = products.map((product_id) => ({ product_id, quantity: 1 }));
        await read('GET /cart/{id}', async () =>
          (await showCart(container.inventory, { customer_id: 'c', lines, version: 1 })).lines.map(
            ({ product_id, available }) => [product_id, { stock: available }],
          ),
        );
      };
    });

    const container = shop.container();
    const order = async (id: string, quantity: number): Promise<string> => {
      const customer_id = await shop.customer({ [id]: quantity });
      return (await container.checkout({ customerId: customer_id })).order.id;
    };
    const viewer = { id: 'seller', role: 'ADMIN' } as const;

    const write = async (
      kind: keyof typeof minimum,
      list: Write[] | undefined,
      adds: number,
      act: () => Promise<unknown>,
    ) => {
      const entry: Write = { adds, fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY };
      list?.push(entry);
      await act();
      entry.toMs = performance.now();
      count(writes, kind);
    };
    await untilOver(isOver, [
      ...readers,
      async () => {
        const id = pick(products);
        const { largeOrders } = booksOf(id);
        let placed = '';
        await write('large', largeOrders, 1, async () => {
          placed = await order(id, large);
        });
        await write('cancel', largeOrders, -1, () =>
          cancelOrder(container, { orderId: placed, caller: viewer }),
        );
      },
      async () => {
        const { id, list } = pick(products.map((id) => ({ id, list: booksOf(id).smallOrders })));
        if (list.length < most) await write('small', list, 1, () => order(id, 1));
        else await setImmediate();
      },
      async () => {
        const { id, list } = pick(products.map((id) => ({ id, list: booksOf(id).supplies })));
        if (list.length < most)
          await write('supply', list, 1, () => addStock(container, container.inventory, id, supplied));
        else await setImmediate();
      },
      async () => {
        const id = pick(products);
        const { shards } = await readProduct(container.inventory, id);
        const from = Math.floor(random() * shards.length);
        const takes = [...shards.slice(from), ...shards.slice(0, from)]
          .slice(0, 4)
          .map(({ shard }) => ({ product_id: id, shard, quantity: 20 }));
        await write('gather', undefined, 0, () => consolidateStock(container, takes));
      },
      async () => {
        const id = pick(products);
        const { product } = await readProduct(container.inventory, id);
        const stock_shards = Math.min(32, product.stock_shards + 5);
        await write('reshard', undefined, 0, () =>
          updateProduct(container, container.inventory, id, { stock_shards }),
        );
      },
    ]);
  }

  afterAll(() => {
    process.stdout.write(`${JSON.stringify({ reads, busy, writes })}\n`);
  });

  it('are never of two moments in ten thousand reads', () => {
    expect(found).toEqual([]);
    expect(Object.values(reads).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(wantedReads);
  });
});
