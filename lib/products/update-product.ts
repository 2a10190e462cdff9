import { DomainError } from '../errors.ts';
import { toIso } from '../platform/clock.ts';
import type { Product, StockedProduct } from './product.ts';
import type { ProductDeps } from './product-deps.ts';
import type { ProductChange } from './product-input.ts';
import type { UpdateResult } from './product-store.ts';
import { propagateProduct } from './propagate-product.ts';
import { readAfterWrite } from './read-after-write.ts';
import { repairChecksums } from './repair-checksums.ts';

export interface UpdateProductInput {
  readonly productId: string;
  readonly change: ProductChange;
  /** Versions of the product that the change may apply to; any version if undefined. */
  readonly ifVersionIn?: readonly number[] | undefined;
}

/**
 * Updates a product and copies the change to all of its shards. When it returns, every order and every reader sees the
 * change, whatever their containers have cached.
 *
 * @throws {DomainError} `product_not_found`, `version_mismatch`, `invalid_request` (fewer shards than before); nothing
 *   was changed. `contention` when the change is saved but has not reached every shard: the sweep propagates it.
 *   `unavailable` when the change is complete but the product cannot be read
 */
export async function updateProduct(
  deps: ProductDeps,
  { productId, change, ifVersionIn }: UpdateProductInput,
): Promise<StockedProduct> {
  const at = toIso(deps.clock.now());
  const updated = updatedOf(await deps.products.update(productId, change, { at, ifVersionIn }));
  await propagateProduct(deps, updated);
  try {
    return await readAfterWrite(deps, productId);
  } catch (error) {
    // Damaged checksums make a product unreadable. An update repairs them: see docs/runbook.md.
    if (!(error instanceof DomainError) || !(await repairChecksums(deps, productId))) throw error;
    return readAfterWrite(deps, productId);
  }
}

/**
 * Stops selling a product for good and hides it from lists and reads. Its orders keep their lines.
 *
 * @throws {DomainError} `product_not_found`; `contention` when the product is deleted but has not left every shard: the
 *   sweep completes it
 */
export async function deleteProduct(deps: ProductDeps, { productId }: { readonly productId: string }): Promise<void> {
  const at = toIso(deps.clock.now());
  await propagateProduct(deps, updatedOf(await deps.products.delete(productId, { at })));
}

function updatedOf(result: UpdateResult): Product {
  switch (result.outcome) {
    case 'updated':
      return result.product;
    case 'not_found':
      throw new DomainError('product_not_found');
    case 'version_mismatch':
      throw new DomainError('version_mismatch');
    case 'fewer_shards': {
      const message = `Must be at least ${result.stockShards}: shards can only be added`;
      throw new DomainError('invalid_request', { errors: [{ path: 'stock_shards', message }] });
    }
  }
}
