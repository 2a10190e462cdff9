import { nextCursor } from '../platform/cursor.ts';
import { readConsistent, readConsistentOnes } from './consistent-reads.ts';
import {
  existing,
  isTorn,
  type Product,
  type ProductView,
  type StockedProduct,
  type StockShard,
  soldOf,
  stockOf,
  viewOfTotals,
} from './product.ts';
import { createProductBatchGet, type ProductTables } from './product-batch-get.ts';
import type { Page, ProductCache, Totals } from './product-cache.ts';
import { createProductStore } from './product-store.ts';

/** The size of a cached page. Requests with different limits share it. */
const indexPageSize = 100;

interface BrowserDeps extends ProductTables {
  readonly cache: ProductCache;
}

/** Reads products for GET requests, through the product cache. Orders use the inventory instead. */
export function createProductBrowser({ cache, ...tables }: BrowserDeps) {
  const items = createProductBatchGet(tables);
  const store = createProductStore({ documents: tables.documents, table: tables.productsTable });

  const loadProducts = async (ids: readonly string[]) => byId((await items.load(ids.map(items.productKey))).products);

  /** Finds products in the cache and reads their shards. A retry reloads the products, which may be outdated. */
  const readWith =
    (consistency: 'strong' | 'eventual') =>
    async (ids: readonly string[], isRetry: boolean): Promise<Map<string, StockedProduct>> => {
      const products = await (isRetry
        ? cache.products.reload(ids, loadProducts)
        : cache.products.find(ids, loadProducts));
      const keys = [...products.values()].flatMap((product) => items.shardKeys(product));
      const shards = Map.groupBy((await items.load(keys, consistency)).shards, (shard) => shard.product_id);
      return new Map([...products].map(([id, product]) => [id, { product, shards: shards.get(id) ?? [] }]));
    };

  async function loadTotals(ids: readonly string[]): Promise<Map<string, Totals>> {
    // Leaves out products whose reads stay torn, so that they do not hide the others.
    const { consistent } = await readConsistentOnes(ids, readWith('eventual'), isConsistent);
    return new Map([...consistent].map(([id, stocked]) => [id, totalsOf(stocked)]));
  }

  async function loadPage([after = '']: readonly string[]): Promise<Map<string, Page>> {
    const { products, last } = await store.list(indexPageSize, after === '' ? undefined : after);
    const ids = products.map(({ id }) => id);
    // The index has complete products, so cache them without another read.
    await cache.products.find(ids, async () => byId(products));
    return new Map([[after, last === undefined ? { ids } : { ids, last }]]);
  }

  return {
    /**
     * Reads a product and its current stock. The product may come from the cache, if no shard follows a newer
     * version: an update returns only after every shard has its version.
     *
     * @throws {DomainError} `product_not_found`, also for deleted products; `contention` when its reads stay torn
     */
    async read(id: string): Promise<StockedProduct> {
      return existing(await readConsistent([id], readWith('strong'), isConsistent), id);
    },

    /** Lists active products with their stock, oldest first, a few seconds old at most. */
    async list(limit: number, after = ''): Promise<{ items: ProductView[]; next_cursor: string | null }> {
      const page = (await cache.pages.find([after], loadPage)).get(after) ?? { ids: [] };
      const ids = page.ids.slice(0, limit);
      let products = await cache.products.find(ids, loadProducts);
      let totals = await cache.stock.find(ids, loadTotals);
      const outdated = ids.filter((id) => isOutdated(products.get(id), totals.get(id)));
      if (outdated.length > 0) {
        products = new Map([...products, ...(await cache.products.reload(outdated, loadProducts))]);
        totals = new Map([...totals, ...(await cache.stock.reload(outdated, loadTotals))]);
      }
      const views = ids.flatMap((id) => {
        const [product, sums] = [products.get(id), totals.get(id)];
        // The page may be older than the change that took the product off sale.
        return product?.active && sums !== undefined ? [viewOfTotals(product, sums)] : [];
      });
      const last = ids.length < page.ids.length ? ids.at(-1) : page.last;
      return { items: views, next_cursor: nextCursor(last === undefined ? undefined : { id: last }) };
    },
  };
}

const byId = (products: readonly Product[]) => new Map(products.map((product) => [product.id, product]));

const latestVersion = (shards: readonly StockShard[]): number =>
  Math.max(0, ...shards.map(({ product_version }) => product_version));

/** Whether the shards were not torn and the cached product is at least as new as they are. */
const isConsistent = ({ product, shards }: StockedProduct): boolean =>
  !isTorn(shards) && latestVersion(shards) <= product.version;

const totalsOf = ({ product: { stock_shards }, shards }: StockedProduct): Totals => ({
  stock: stockOf(shards),
  sold: soldOf(shards),
  stock_shards,
  version: latestVersion(shards),
});

/** Whether either one was cached before a change that the other one includes. */
const isOutdated = (product?: Product, totals?: Totals): boolean =>
  product !== undefined &&
  totals !== undefined &&
  (totals.version > product.version || totals.stock_shards < product.stock_shards);
