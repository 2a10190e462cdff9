import { DomainError } from '../errors.ts';
import { isOnSale } from '../products/product.ts';
import type { CartDeps } from './cart-deps.ts';
import type { CartView } from './cart-view.ts';
import { showCart } from './show-cart.ts';

export interface AddToCartInput {
  readonly customerId: string;
  readonly productId: string;
  readonly quantity: number;
}

/**
 * Sets the quantity of one product in a cart. Safe to retry. Does not reserve stock.
 *
 * @throws {DomainError} `product_not_found`, `product_unavailable`, `cart_full`, `contention`
 */
export async function addToCart(
  deps: CartDeps,
  { customerId, productId, quantity }: AddToCartInput,
): Promise<CartView> {
  const product = await deps.products.get(productId);
  if (product === undefined || product.deleted_at !== undefined) throw new DomainError('product_not_found');
  if (!isOnSale(product, deps.currency)) throw new DomainError('product_unavailable');
  return showCart(deps, await deps.carts.setLine(customerId, productId, quantity));
}
