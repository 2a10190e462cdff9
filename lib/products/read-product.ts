import { DomainError } from '../errors.ts';
import type { Catalog } from './catalog.ts';
import type { StockedProduct } from './product.ts';

/**
 * A product with its stock as it is now, each write in it wholly or not at all.
 *
 * @throws {DomainError} `product_not_found`, also when it is deleted; `contention`
 */
export const readProduct = async (catalog: Catalog, productId: string): Promise<StockedProduct> =>
  existing(await catalog.readWhole([productId]), productId);

/** The same, but a deleted product is still found: its sales remain. */
export async function readProductOrDeleted(catalog: Catalog, productId: string): Promise<StockedProduct> {
  const found = (await catalog.readWhole([productId])).get(productId);
  if (found === undefined) throw new DomainError('product_not_found');
  return found;
}

/** The product among those that were read. @throws {DomainError} `product_not_found`, also when it is deleted */
export function existing(read: ReadonlyMap<string, StockedProduct>, productId: string): StockedProduct {
  const found = read.get(productId);
  if (found === undefined || found.product.deleted_at !== undefined)
    throw new DomainError('product_not_found');
  return found;
}
