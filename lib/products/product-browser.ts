import { nextCursor } from '../platform/cursor.ts';
import { readConsistent, readConsistentOnes } from './consistent-reads.ts';
import {
  isTorn,
  type Product,
  type ProductView,
  type StockedProduct,
  type StockShard,
  soldOf,
  stockOf,
  viewOfCounted,
} from './product.ts';
import { createProductBatchGet, type ProductTables } from './product-batch-get.ts';
import type { Count, Page, ProductCache } from './product-cache.ts';
import type { ProductStore } from './product-store.ts';
import { existing } from './read-product.ts';

/** Every page of the index is read this long, whatever the client's limit, so that all limits share it. */
const indexPageSize = 100;

/** Products for those who only look at them, with as few reads as that takes. */
export function createProductBrowser(
  tables: ProductTables & { products: ProductStore; currency: string },
  { copies, counts, pages }: ProductCache,
) {
  const items = createProductBatchGet(tables);

  const loadProducts = async (ids: readonly string[]) =>
    byId((await items.load(ids.map(items.productKey))).products);

  /** Products from copies, with their shards as they are read; unknown ones are left out. */
  const stockedBy =
    (consistency: 'strong' | 'eventual') =>
    async (ids: readonly string[], again: boolean): Promise<Map<string, StockedProduct>> => {
      const products = await (again ? copies.reload(ids, loadProducts) : copies.find(ids, loadProducts));
      const keys = [...products.values()].flatMap((product) => items.shardKeys(product));
      const shards = Map.groupBy((await items.load(keys, consistency)).shards, (shard) => shard.product_id);
      return new Map([...products].map(([id, product]) => [id, { product, shards: shards.get(id) ?? [] }]));
    };

  async function loadCounts(ids: readonly string[]): Promise<Map<string, Count>> {
    // One product that cannot be counted does not keep the others from being listed.
    const { consistent } = await readConsistentOnes(ids, stockedBy('eventual'), isWhole);
    return new Map([...consistent].map(([id, stocked]) => [id, countOf(stocked)]));
  }

  async function loadPage([after = '']: readonly string[]): Promise<Map<string, Page>> {
    const { products, last } = await tables.products.list(indexPageSize, after === '' ? undefined : after);
    const ids = products.map(({ id }) => id);
    // The index holds whole products, so that their copies cost no read of their own.
    await copies.find(ids, async () => byId(products));
    return new Map([[after, last === undefined ? { ids } : { ids, last }]]);
  }

  return {
    /**
     * A product with its stock as it is now. Stock is always read. The shards tell the version of the product
     * that they follow, and a change replies only when all of them do: a copy of that version is no older than
     * any change that was replied to.
     *
     * @throws {DomainError} `product_not_found`, also when it is deleted; `contention`
     */
    async read(id: string): Promise<StockedProduct> {
      return existing(await readConsistent([id], stockedBy('strong'), isWhole), id);
    },

    /** A page of active products with their stock, in the order of their creation, seconds old at most. */
    async list(limit: number, after = ''): Promise<{ items: ProductView[]; next_cursor: string | null }> {
      const page = (await pages.find([after], loadPage)).get(after) ?? { ids: [] };
      const ids = page.ids.slice(0, limit);
      let [products, stock] = [await copies.find(ids, loadProducts), await counts.find(ids, loadCounts)];
      const outdated = ids.filter((id) => isOutdated(products.get(id), stock.get(id)));
      if (outdated.length > 0) {
        products = new Map([...products, ...(await copies.reload(outdated, loadProducts))]);
        stock = new Map([...stock, ...(await counts.reload(outdated, loadCounts))]);
      }
      const views = ids.flatMap((id) => {
        const [product, count] = [products.get(id), stock.get(id)];
        // The page may be older than what took a product off sale.
        return product?.active && count !== undefined ? [viewOfCounted(product, count, tables.currency)] : [];
      });
      const last = ids.length < page.ids.length ? ids.at(-1) : page.last;
      return { items: views, next_cursor: nextCursor(last === undefined ? undefined : { id: last }) };
    },
  };
}

const byId = (products: readonly Product[]) => new Map(products.map((product) => [product.id, product]));

const latestVersion = (shards: readonly StockShard[]): number =>
  Math.max(0, ...shards.map(({ product_version }) => product_version));

/** Whether each write is seen wholly or not at all, by a copy of the product that is current. */
const isWhole = ({ product, shards }: StockedProduct): boolean =>
  !isTorn(shards) && latestVersion(shards) <= product.version;

const countOf = ({ product: { stock_shards }, shards }: StockedProduct): Count => ({
  stock: stockOf(shards),
  sold: soldOf(shards),
  stock_shards,
  version: latestVersion(shards),
});

/** Whether one was kept from before a change that the other has seen. */
const isOutdated = (product?: Product, count?: Count): boolean =>
  product !== undefined &&
  count !== undefined &&
  (count.version > product.version || count.stock_shards < product.stock_shards);
