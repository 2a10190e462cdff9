import { DomainError } from '../errors.ts';
import type { Inventory } from '../products/inventory.ts';
import type { ProductStore } from '../products/product-store.ts';
import type { CartStore } from './cart-store.ts';
import type { CartView } from './cart-view.ts';
import { showCart } from './show-cart.ts';

/**
 * Sets one product's quantity in a cart; a repeat changes nothing. Stock is not reserved.
 *
 * @throws {DomainError} `product_not_found`, `product_unavailable`, `cart_full`
 */
export async function addToCart(
  carts: CartStore,
  products: Pick<ProductStore, 'get'>,
  inventory: Inventory,
  line: { customer_id: string; product_id: string; quantity: number },
): Promise<CartView> {
  const product = await products.get(line.product_id);
  if (product === undefined || product.deleted_at !== undefined) throw new DomainError('product_not_found');
  if (!product.active) throw new DomainError('product_unavailable');
  return showCart(inventory, await carts.setLine(line.customer_id, line.product_id, line.quantity));
}
