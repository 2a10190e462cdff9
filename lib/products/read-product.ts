import { DomainError } from '../errors.ts';
import type { Catalog } from './catalog.ts';
import type { StockedProduct } from './product.ts';

/** A product with its stock as it is now. @throws {DomainError} `product_not_found`, also when it is deleted */
export async function readProduct(catalog: Catalog, productId: string): Promise<StockedProduct> {
  const found = await readProductOrDeleted(catalog, productId);
  if (found.product.deleted_at !== undefined) throw new DomainError('product_not_found');
  return found;
}

/** The same, but a deleted product is still found: its sales remain. */
export async function readProductOrDeleted(catalog: Catalog, productId: string): Promise<StockedProduct> {
  const found = (await catalog.read([productId])).get(productId);
  if (found === undefined) throw new DomainError('product_not_found');
  return found;
}
