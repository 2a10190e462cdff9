import type { Clock } from '../platform/clock.ts';
import type { Inventory } from './inventory.ts';
import type { ProductStores } from './product-stores.ts';
import { propagateProduct } from './propagate-product.ts';

/** A younger change is still being carried out by the request that made it. */
const minAgeMs = 15_000;
const pageSize = 25;

/**
 * Finishes product changes whose function died or gave up half-way.
 *
 * @param deadline milliseconds since the epoch after which no further product is begun
 * @returns the products propagated, and what went wrong for others; those come up again
 */
export async function sweepProducts(
  stores: ProductStores,
  inventory: Inventory,
  clock: Clock,
  deadline: number,
): Promise<{ propagated: string[]; failures: unknown[] }> {
  const propagated: string[] = [];
  const failures: unknown[] = [];
  let after: string | undefined;
  do {
    const page = await stores.products.listPropagating(pageSize, after);
    for (const listed of page.products) {
      if (clock.now() >= deadline) break;
      if (clock.now() - Date.parse(listed.updated_at) < minAgeMs) continue;
      try {
        // The index may be behind: what is propagated is the product as it is.
        const product = await stores.products.get(listed.id);
        if (product?.propagating === undefined) continue;
        await propagateProduct(stores, inventory, product);
        propagated.push(product.id);
      } catch (error) {
        failures.push(error);
      }
    }
    after = page.last;
  } while (after !== undefined && clock.now() < deadline);
  return { propagated, failures };
}
