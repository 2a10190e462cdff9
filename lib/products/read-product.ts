import { DomainError } from '../errors.ts';
import type { Inventory } from './inventory.ts';
import type { StockedProduct } from './product.ts';

/**
 * A product with its stock as it is now, each write in it wholly or not at all.
 *
 * @throws {DomainError} `product_not_found`, also when it is deleted; `contention`
 */
export const readProduct = async (inventory: Inventory, productId: string): Promise<StockedProduct> =>
  existing(await inventory.readConsistent([productId]), productId);

/** The same, but a deleted product is still found: its sales remain. */
export async function readProductOrDeleted(inventory: Inventory, productId: string): Promise<StockedProduct> {
  const found = (await inventory.readConsistent([productId])).get(productId);
  if (found === undefined) throw new DomainError('product_not_found');
  return found;
}

/**
 * The product after a write that was carried out, also when it is deleted in the next moment.
 *
 * @throws {DomainError} `unavailable` when it cannot be read: `contention` would say that nothing was written
 */
export async function readAfterWrite(inventory: Inventory, productId: string): Promise<StockedProduct> {
  try {
    return await readProductOrDeleted(inventory, productId);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const detail = 'the request was carried out, but the product cannot be read now';
    throw new DomainError('unavailable', { detail, retryAfterSeconds: 1, cause: error });
  }
}

/** The product among those that were read. @throws {DomainError} `product_not_found`, also when it is deleted */
export function existing(read: ReadonlyMap<string, StockedProduct>, productId: string): StockedProduct {
  const found = read.get(productId);
  if (found === undefined || found.product.deleted_at !== undefined)
    throw new DomainError('product_not_found');
  return found;
}
