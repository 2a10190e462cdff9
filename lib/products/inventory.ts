import QuickLRU from 'quick-lru';
import { DomainError } from '../errors.ts';
import { readConsistent as readUntilConsistent } from './consistent-reads.ts';
import { isTorn, type Product, type StockedProduct, stockOf } from './product.ts';
import { createProductBatchGet, type ProductTables } from './product-batch-get.ts';

/** Safe for orders: their transaction compares the product's version, and `findCurrent` compares it with a shard's. */
const productTtlMs = 5_000;

/** How long a container rejects orders by cached stock, and so how late it may notice a restock. */
const shortageTtlMs = 1_000;

/** Bounds the memory of a container. */
const maxSize = 10_000;

export type Inventory = ReturnType<typeof createInventory>;

/**
 * Reads products and stock for ordering. Caches products, and shortages of stock, in the container for the times above.
 * GET requests use the product browser instead.
 */
export function createInventory(tables: ProductTables) {
  const items = createProductBatchGet(tables);
  const products = new QuickLRU<string, Product>({ maxAge: productTtlMs, maxSize });
  const shortages = new QuickLRU<string, number>({ maxAge: shortageTtlMs, maxSize });
  const recentStockChecks = new QuickLRU<string, true>({ maxAge: shortageTtlMs, maxSize });
  const stockChecksInFlight = new Map<string, Promise<unknown>>();

  function cache(loaded: readonly Product[]): void {
    for (const product of loaded) products.set(product.id, product);
  }

  function findCached(ids: readonly string[]): Map<string, Product> {
    const found = new Map<string, Product>();
    for (const id of ids) {
      const product = products.get(id);
      if (product !== undefined) found.set(id, product);
    }
    return found;
  }

  async function loadProducts(ids: readonly string[]): Promise<Map<string, Product>> {
    if (ids.length === 0) return new Map();
    const loaded = await items.load(ids.map(items.productKey));
    cache(loaded.products);
    return new Map(loaded.products.map((product) => [product.id, product]));
  }

  /** Finds products by id, up to five seconds old. Leaves out unknown ones. */
  async function find(ids: readonly string[]): Promise<Map<string, Product>> {
    const cached = findCached(ids);
    const loaded = await loadProducts(ids.filter((id) => !cached.has(id)));
    return new Map([...cached, ...loaded]);
  }

  /**
   * Reads products and all of their shards with strong consistency, but at different moments: the read may be torn
   * (`isTorn`). Includes deleted products and leaves out unknown ones. Takes a second request if a product is not
   * cached or has gained shards.
   */
  async function read(ids: readonly string[]): Promise<Map<string, StockedProduct>> {
    const expectedShards = new Map(ids.map((id) => [id, products.get(id)?.stock_shards ?? 0]));
    const first = await items.load(
      [...expectedShards].flatMap(([id, stock_shards]) => [
        items.productKey(id),
        ...items.shardKeys({ id, stock_shards }),
      ]),
    );
    cache(first.products);
    const missing = first.products.flatMap((product) => items.shardKeys(product, expectedShards.get(product.id)));
    const second = missing.length === 0 ? [] : (await items.load(missing)).shards;
    const shards = Map.groupBy([...first.shards, ...second], ({ product_id }) => product_id);
    return new Map(first.products.map((product) => [product.id, { product, shards: shards.get(product.id) ?? [] }]));
  }

  /**
   * Reads like `read`, and retries torn reads.
   *
   * @throws {DomainError} `contention` when a product's reads stay torn
   */
  const readConsistent = (ids: readonly string[]): Promise<Map<string, StockedProduct>> =>
    readUntilConsistent(ids, read, ({ shards }) => !isTorn(shards));

  return {
    find,
    read,
    readConsistent,

    /**
     * Reads one product and its stock, even if the product is deleted.
     *
     * @throws {DomainError} `product_not_found`; `contention` when its reads stay torn
     */
    async readOne(id: string): Promise<StockedProduct> {
      const found = (await readConsistent([id])).get(id);
      if (found === undefined) throw new DomainError('product_not_found');
      return found;
    },

    /**
     * Finds products by id, no older than any completed update. An update completes after every shard has its version,
     * so a cached product is current if a shard of it, whichever one, has no newer version.
     */
    async findCurrent(ids: readonly string[]): Promise<Map<string, Product>> {
      const cached = findCached(ids);
      const [found, { shards }] = await Promise.all([
        find(ids),
        items.load([...cached.values()].map(items.randomShardKey)),
      ]);
      const outdated = shards.filter(
        ({ product_id, product_version }) => product_version > (cached.get(product_id)?.version ?? 0),
      );
      const reloaded = await loadProducts(outdated.map(({ product_id }) => product_id));
      return new Map([...found, ...reloaded]);
    },

    /** Caches for one second the stock of a product that has too little for an order. */
    cacheShortage({ product: { id }, shards }: StockedProduct): void {
      shortages.set(id, stockOf(shards));
    },

    /** Returns the stock that `cacheShortage` cached in the last second. */
    cachedStock: (id: string): number | undefined => shortages.get(id),

    // A stock check reads the stock of a product that may be sold out. A container runs one check per product and
    // second, however many orders arrive. The caller that claims the check runs it and caches a shortage; the others
    // wait for it.

    /** Claims a product's stock check. @returns false if another caller has claimed it in the last second */
    claimStockCheck(id: string): boolean {
      if (recentStockChecks.has(id)) return false;
      recentStockChecks.set(id, true);
      return true;
    },

    /** Runs `check` for the products that the caller has claimed. */
    async runStockCheck<T>(ids: readonly string[], check: () => Promise<T>): Promise<T> {
      const running = check();
      for (const id of ids) stockChecksInFlight.set(id, running);
      try {
        return await running;
      } finally {
        for (const id of ids) stockChecksInFlight.delete(id);
      }
    },

    /** Waits for the checks in flight of these products. Ignores their errors, which the callers that run them get. */
    async awaitStockCheck(ids: readonly string[]): Promise<void> {
      await Promise.allSettled(ids.flatMap((id) => stockChecksInFlight.get(id) ?? []));
    },
  };
}
