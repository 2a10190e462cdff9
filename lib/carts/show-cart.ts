import type { Inventory } from '../products/inventory.ts';
import { type Product, type StockedProduct, stockOf } from '../products/product.ts';
import type { Cart } from './cart.ts';
import type { CartLineView, CartView } from './cart-view.ts';

/**
 * A cart with names, prices and stock as they are now. A line that cannot be bought stays, says why and does not count
 * towards the total.
 */
export async function showCart(inventory: Inventory, cart: Cart): Promise<CartView> {
  const stocked = await inventory.readConsistent(cart.lines.map(({ product_id }) => product_id));
  const lines = cart.lines.flatMap(({ product_id, quantity }): CartLineView[] => {
    const found = stocked.get(product_id);
    if (found === undefined) return [];
    const { name, price } = found.product;
    const available = availableOf(found);
    const reason = reasonOf(found.product, quantity, available);
    const line = { product_id, name, quantity, unit_price: price, available };
    return [reason === undefined ? line : { ...line, reason }];
  });
  const total = lines
    .filter(({ reason }) => reason === undefined)
    .reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);
  return { customer_id: cart.customer_id, lines, total };
}

const availableOf = ({ product, shards }: StockedProduct): number => (product.active ? stockOf(shards) : 0);

/** What the customer has bought before is not looked at: an order counts it. */
function reasonOf(product: Product, quantity: number, available: number): CartLineView['reason'] {
  if (!product.active) return 'product_unavailable';
  if (quantity > (product.limit_per_customer ?? quantity)) return 'limit_exceeded';
  return quantity > available ? 'out_of_stock' : undefined;
}
