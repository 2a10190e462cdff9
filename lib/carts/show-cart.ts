import type { Catalog } from '../products/catalog.ts';
import { type StockedProduct, stockOf } from '../products/product.ts';
import type { Cart } from './cart.ts';
import type { CartView } from './cart-view.ts';

/** A cart with names, prices and stock as they are now. A deleted product's line stays, with none available. */
export async function showCart(catalog: Catalog, cart: Cart): Promise<CartView> {
  const stocked = await catalog.readWhole(cart.lines.map(({ product_id }) => product_id));
  const lines = cart.lines.flatMap(({ product_id, quantity }) => {
    const found = stocked.get(product_id);
    if (found === undefined) return [];
    const { name, price } = found.product;
    return [{ product_id, name, quantity, unit_price: price, available: availableOf(found) }];
  });
  const total = lines.reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);
  return { customer_id: cart.customer_id, lines, total };
}

const availableOf = ({ product, shards }: StockedProduct): number => (product.active ? stockOf(shards) : 0);
