import QuickLRU from 'quick-lru';
import { readConsistent } from './consistent-reads.ts';
import { isTorn, type Product, type StockedProduct, stockOf } from './product.ts';
import { createProductBatchGet, type ProductTables } from './product-batch-get.ts';

/** A copy this old may be used where a transaction compares its version, or a shard shows that it is current. */
const copyTtlMs = 5_000;

/** How long "no more than this is left" may be answered from memory: the one second of invariant 7. */
const shortageTtlMs = 1_000;

/** Bounds the memory of a container that meets very many products. */
const maxSize = 10_000;

export type Inventory = ReturnType<typeof createInventory>;

/** What a container knows of products and stock: fresh by reading, or remembered for a stated time. */
export function createInventory(tables: ProductTables) {
  const items = createProductBatchGet(tables);
  const copies = new QuickLRU<string, Product>({ maxAge: copyTtlMs, maxSize });
  const shortages = new QuickLRU<string, number>({ maxAge: shortageTtlMs, maxSize });
  const stockChecks = new QuickLRU<string, true>({ maxAge: shortageTtlMs, maxSize });
  const inFlight = new Map<string, Promise<unknown>>();

  function remember(products: readonly Product[]) {
    for (const item of products) copies.set(item.id, item);
  }

  /** Products by id from copies of at most five seconds, the rest read; unknown ones are left out. */
  async function find(ids: readonly string[]): Promise<Map<string, Product>> {
    const found = copiesOf(ids);
    const missing = ids.filter((id) => !found.has(id));
    for (const [id, product] of await loadProducts(missing)) found.set(id, product);
    return found;
  }

  function copiesOf(ids: readonly string[]): Map<string, Product> {
    const found = new Map<string, Product>();
    for (const id of ids) {
      const copy = copies.get(id);
      if (copy !== undefined) found.set(id, copy);
    }
    return found;
  }

  async function loadProducts(ids: readonly string[]): Promise<Map<string, Product>> {
    if (ids.length === 0) return new Map();
    const { products } = await items.load(ids.map(items.productKey));
    remember(products);
    return new Map(products.map((product) => [product.id, product]));
  }

  /**
   * Reads products and all their shards, strongly consistent: one request where the number of shards is
   * known, else two. Deleted products are included, unknown ones left out. Shards are read at different moments.
   */
  async function read(ids: readonly string[]): Promise<Map<string, StockedProduct>> {
    const believed = new Map(ids.map((id) => [id, copies.get(id)?.stock_shards ?? 0]));
    const first = await items.load(
      [...believed].flatMap(([id, stock_shards]) => [
        items.productKey(id),
        ...items.shardKeys({ id, stock_shards }),
      ]),
    );
    remember(first.products);
    const more = first.products.flatMap((item) => items.shardKeys(item, believed.get(item.id)));
    const shards = more.length === 0 ? first.shards : [...first.shards, ...(await items.load(more)).shards];
    return new Map(
      first.products.map((item) => [
        item.id,
        { product: item, shards: shards.filter(({ product_id }) => product_id === item.id) },
      ]),
    );
  }

  return {
    find,
    read,

    /**
     * The same, and each write of a product is in its shards wholly or not at all.
     *
     * @throws {DomainError} `contention` when the shards never show that
     */
    readConsistent: (ids: readonly string[]): Promise<Map<string, StockedProduct>> =>
      readConsistent(ids, read, ({ shards }) => !isTorn(shards)),

    /**
     * Products by id, none older than any change that was answered. `PATCH` answers after it has updated every shard,
     * so a copy is current if any one shard of the product is no newer.
     */
    async findCurrent(ids: readonly string[]): Promise<Map<string, Product>> {
      const kept = copiesOf(ids);
      const [products, { shards }] = await Promise.all([
        find(ids),
        items.load([...kept.values()].map(items.anyShardKey)),
      ]);
      const outdated = shards.filter(
        (shard) => shard.product_version > (kept.get(shard.product_id)?.version ?? 0),
      );
      const loaded = await loadProducts(outdated.map(({ product_id }) => product_id));
      return new Map([...products, ...loaded]);
    },

    /** Keeps in mind for a second how much was left of a product that was just seen to be short. */
    cacheShortage({ product: { id }, shards }: StockedProduct): void {
      shortages.set(id, stockOf(shards));
    },

    /** Units that were left of the product within the last second, if that was remembered. */
    cachedStock: (id: string): number | undefined => shortages.get(id),

    /** True once a second for each product: who gets it looks at the stock. */
    claimStockCheck(id: string): boolean {
      if (stockChecks.has(id)) return false;
      stockChecks.set(id, true);
      return true;
    },

    /** Looks at products whose looks were claimed. */
    async runStockCheck<T>(ids: readonly string[], run: () => Promise<T>): Promise<T> {
      const looking = run();
      for (const id of ids) inFlight.set(id, looking);
      try {
        return await looking;
      } finally {
        for (const id of ids) inFlight.delete(id);
      }
    },

    /** Until nobody in this container looks at these products. That a look failed is for who looked. */
    async awaitStockCheck(ids: readonly string[]): Promise<void> {
      await Promise.allSettled(ids.flatMap((id) => inFlight.get(id) ?? []));
    },
  };
}
