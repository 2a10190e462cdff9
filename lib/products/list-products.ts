import { nextCursor } from '../platform/cursor.ts';
import type { Catalog } from './catalog.ts';
import { type ProductView, viewOf } from './product.ts';
import type { ProductStores } from './product-stores.ts';

/** A page of active products with their stock, in the order of their creation. */
export async function listProducts(
  { products }: ProductStores,
  catalog: Catalog,
  currency: string,
  limit: number,
  after?: string,
): Promise<{ items: ProductView[]; next_cursor: string | null }> {
  const page = await products.list(limit, after);
  const stocked = await catalog.read(page.products.map(({ id }) => id));
  const items = page.products.flatMap(({ id }) => {
    const found = stocked.get(id);
    // The index may still list what has just been taken off sale.
    return found?.product.active ? [viewOf(found, currency)] : [];
  });
  return { items, next_cursor: nextCursor(page.last === undefined ? undefined : { id: page.last }) };
}
