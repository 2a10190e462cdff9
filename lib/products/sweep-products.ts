import type { ProductDeps } from './product-deps.ts';
import { propagateProduct } from './propagate-product.ts';

/** The request that made a younger change may still be propagating it. */
const minAgeMs = 15_000;
const pageSize = 25;

export interface ProductSweep {
  readonly propagated: string[];
  /** Errors of products that stay propagating; the next sweep retries them. */
  readonly failures: unknown[];
}

/**
 * Propagates product changes whose function crashed or gave up.
 *
 * @param deadline in milliseconds since the epoch; the sweep starts no further product after it
 */
export async function sweepProducts(
  deps: ProductDeps,
  { deadline }: { readonly deadline: number },
): Promise<ProductSweep> {
  const { products, clock } = deps;
  const sweep: ProductSweep = { propagated: [], failures: [] };
  let after: string | undefined;
  do {
    const page = await products.listPropagating(pageSize, after);
    for (const listed of page.products) {
      if (clock.now() >= deadline) break;
      if (clock.now() - Date.parse(listed.updated_at) < minAgeMs) continue;
      try {
        // The index may lag, so read the product itself.
        const product = await products.get(listed.id);
        if (product?.propagating === undefined) continue;
        await propagateProduct(deps, product);
        sweep.propagated.push(product.id);
      } catch (error) {
        sweep.failures.push(error);
      }
    }
    after = page.last;
  } while (after !== undefined && clock.now() < deadline);
  return sweep;
}
