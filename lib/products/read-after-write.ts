import { DomainError } from '../errors.ts';
import type { StockedProduct } from './product.ts';
import type { ProductDeps } from './product-deps.ts';

/**
 * Reads a product after a committed write, even if it has been deleted since.
 *
 * @throws {DomainError} `unavailable` when the read fails; `contention` would claim that nothing was written
 */
export async function readAfterWrite(
  { inventory }: Pick<ProductDeps, 'inventory'>,
  productId: string,
): Promise<StockedProduct> {
  try {
    return await inventory.readOne(productId);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const detail = 'The request was carried out, but the product cannot be read now.';
    throw new DomainError('unavailable', { detail, retryAfterSeconds: 1, cause: error });
  }
}
