import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showCart } from '../../../lib/carts/show-cart.ts';
import { DomainError } from '../../../lib/errors.ts';
import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import { soldOf, stockOf } from '../../../lib/products/product.ts';
import { consolidateStock } from '../../../lib/products/transfer-stock.ts';
import { updateProduct } from '../../../lib/products/update-product.ts';
import { seeded } from '../../support/database/fault-injection.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { createBrowserFixture } from '../../support/fixtures/product-browser.ts';

/** Units of a large order: more than a shard holds. Small orders have one, so `sold` shows the number of both kinds. */
const large = 1_000;
const openingStock = 4_000;
const restockedUnits = 37;
/** Restocks, and small orders, per product. More would fill a shard or add up to a large order. */
const maxWrites = 60;
const wantedReads = 10_000;
/** The API allows the list to lag by this much. */
const listLagMs = 5_000;

/** What one write adds to the number of its kind, and when it was in flight. */
interface Write {
  readonly adds: number;
  readonly fromMs: number;
  toMs: number;
}

/** The writes of one product. */
interface History {
  readonly restocks: Write[];
  readonly largeOrders: Write[];
  readonly smallOrders: Write[];
}

interface Sum {
  readonly stock?: number;
  readonly sold?: number;
}

let shop: OrderFixture;
let products: string[];
let histories: Map<string, History>;

/** Returns the least and the most that the writes can sum to at a moment of a read. */
function range(writes: readonly Write[], fromMs: number, toMs: number) {
  const done = writes.filter((write) => write.toMs < fromMs).reduce((sum, { adds }) => sum + adds, 0);
  const open = writes.filter((write) => write.fromMs < toMs && write.toMs >= fromMs);
  const least = done + open.reduce((sum, { adds }) => sum + Math.min(0, adds), 0);
  return { least, most: done + open.reduce((sum, { adds }) => sum + Math.max(0, adds), 0) };
}

type Range = ReturnType<typeof range>;

const within = (value: number, { least, most }: Range) => value >= least && value <= most;

const integers = ({ least, most }: Range) => Array.from({ length: most - least + 1 }, (_, n) => least + n);

/** Whether a sum includes every write that ended before the read, and each other write completely or not at all. */
function isConsistent(id: string, { stock, sold }: Sum, fromMs: number, toMs: number): boolean {
  const { restocks, largeOrders, smallOrders } = historyOf(id);
  const [larges, smalls] = [range(largeOrders, fromMs, toMs), range(smallOrders, fromMs, toMs)];
  const canBeSold = (units: number) => within(Math.floor(units / large), larges) && within(units % large, smalls);
  if (sold !== undefined && !canBeSold(sold)) return false;
  if (stock === undefined) return true;
  const totals = integers(range(restocks, fromMs, toMs)).map((times) => openingStock + times * restockedUnits);
  return totals.some((total) => (sold === undefined ? canBeSold(total - stock) : total === stock + sold));
}

function historyOf(id: string): History {
  const history = histories.get(id);
  if (history === undefined) throw new Error(`No history of product ${id}`);
  return history;
}

/** Repeats each task until `isOver`. Fails if a task throws. */
async function untilOver(isOver: () => boolean, tasks: readonly (() => Promise<void>)[]): Promise<void> {
  await Promise.all(
    tasks.map(async (task) => {
      while (!isOver()) await task();
    }),
  );
}

describe('reads during orders over several shards, transfers and new shards', () => {
  const found: string[] = [];
  const reads: Record<string, number> = {};
  const contended: Record<string, number> = {};
  const writes: Record<string, number> = {};

  beforeAll(async () => {
    shop = await createOrderFixture();
    products = await Promise.all(
      [1, 8, 16, 32].map((stock_shards) => shop.sell({ stock: openingStock, stock_shards })),
    );
    histories = new Map(products.map((id) => [id, { restocks: [], largeOrders: [], smallOrders: [] }]));
    await raceReadersWithWriters();
  }, 480_000);

  async function raceReadersWithWriters(): Promise<void> {
    const seed = 1212;
    const random = seeded(seed);
    const pick = <T>(list: readonly T[]): T => {
      const chosen = list[Math.floor(random() * list.length)];
      if (chosen === undefined) throw new Error('Nothing to pick from');
      return chosen;
    };
    const done = () => Object.values(reads).reduce((sum, count) => sum + count, 0);
    const minimum = { reshard: 6, consolidate: 60, restock: 30, large: 60, small: 60, cancel: 40 };
    const isOver = () =>
      found.length > 0 ||
      (done() >= wantedReads && Object.entries(minimum).every(([kind, least]) => (writes[kind] ?? 0) >= least));
    const count = (counts: Record<string, number>, kind: string) => {
      counts[kind] = (counts[kind] ?? 0) + 1;
    };

    async function read(kind: string, get: () => Promise<readonly (readonly [string, Sum])[]>, lagMs = 0) {
      const fromMs = performance.now() - lagMs;
      try {
        const sums = await get();
        for (const [id, sum] of sums) {
          count(reads, kind);
          if (!isConsistent(id, sum, fromMs, performance.now()))
            found.push(`${kind}: ${JSON.stringify({ seed, openingStock, ...sum })}`);
        }
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'contention')) throw error;
        count(contended, kind);
      }
    }

    const readers = Array.from({ length: 6 }, () => {
      const container = shop.container();
      const { read: readOne, list } = createBrowserFixture(shop, undefined, container);
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
          const { shards } = await container.inventory.readOne(id);
          return [[id, { sold: soldOf(shards) }]];
        });
        const lines = products.map((product_id) => ({ product_id, quantity: 1 }));
        await read('GET /cart/{id}', async () =>
          (await showCart(container, { customer_id: 'c', lines, version: 1 })).lines.map(
            ({ product_id, available }) => [product_id, { stock: available }],
          ),
        );
      };
    });

    const container = shop.container();
    const order = async (id: string, quantity: number): Promise<string> => {
      const customerId = await shop.customer({ [id]: quantity });
      return (await container.checkout({ customerId })).order.id;
    };
    const caller = { id: 'seller', role: 'ADMIN' } as const;

    const write = async (
      kind: keyof typeof minimum,
      list: Write[] | undefined,
      adds: number,
      act: () => Promise<unknown>,
    ) => {
      const written: Write = { adds, fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY };
      list?.push(written);
      await act();
      written.toMs = performance.now();
      count(writes, kind);
    };
    await untilOver(isOver, [
      ...readers,
      async () => {
        const id = pick(products);
        const { largeOrders } = historyOf(id);
        let placed = '';
        await write('large', largeOrders, 1, async () => {
          placed = await order(id, large);
        });
        await write('cancel', largeOrders, -1, () => cancelOrder(container, { orderId: placed, caller }));
      },
      async () => {
        const { id, list } = pick(products.map((id) => ({ id, list: historyOf(id).smallOrders })));
        if (list.length < maxWrites) await write('small', list, 1, () => order(id, 1));
        else await setImmediate();
      },
      async () => {
        const { id, list } = pick(products.map((id) => ({ id, list: historyOf(id).restocks })));
        if (list.length < maxWrites)
          await write('restock', list, 1, () => addStock(container, { productId: id, units: restockedUnits }));
        else await setImmediate();
      },
      async () => {
        const id = pick(products);
        const { shards } = await container.inventory.readOne(id);
        const from = Math.floor(random() * shards.length);
        const allocations = [...shards.slice(from), ...shards.slice(0, from)]
          .slice(0, 4)
          .map(({ shard }) => ({ product_id: id, shard, quantity: 20 }));
        await write('consolidate', undefined, 0, () => consolidateStock(container, allocations));
      },
      async () => {
        const id = pick(products);
        const { product } = await container.inventory.readOne(id);
        const stock_shards = Math.min(32, product.stock_shards + 5);
        await write('reshard', undefined, 0, () =>
          updateProduct(container, { productId: id, change: { stock_shards } }),
        );
      },
    ]);
  }

  afterAll(() => {
    process.stdout.write(`${JSON.stringify({ reads, contended, writes })}\n`);
  });

  it('return consistent sums in 10,000 reads', () => {
    expect(found).toEqual([]);
    expect(Object.values(reads).reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(wantedReads);
  });
});
