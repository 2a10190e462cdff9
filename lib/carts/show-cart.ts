import { isOnSale, type Product, stockOf } from '../products/product.ts';
import type { Cart } from './cart.ts';
import type { CartDeps } from './cart-deps.ts';
import type { CartLineView, CartView } from './cart-view.ts';

/**
 * Adds the current names, prices and stock to a cart. Lines that cannot be bought stay, with a reason, and do not count
 * towards the total.
 *
 * @throws {DomainError} `contention`
 */
export async function showCart(
  { inventory, currency }: Pick<CartDeps, 'inventory' | 'currency'>,
  { customer_id, lines }: Cart,
): Promise<CartView> {
  const stocked = await inventory.readConsistent(lines.map(({ product_id }) => product_id));
  const views = lines.flatMap(({ product_id, quantity }): CartLineView[] => {
    const found = stocked.get(product_id);
    if (found === undefined) return [];
    const { name, price } = found.product;
    const onSale = isOnSale(found.product, currency);
    const available = onSale ? stockOf(found.shards) : 0;
    const reason = onSale ? reasonOf(found.product, quantity, available) : 'product_unavailable';
    const view = { product_id, name, quantity, unit_price: price, available };
    return [reason === undefined ? view : { ...view, reason }];
  });
  const total = views
    .filter(({ reason }) => reason === undefined)
    .reduce((sum, { quantity, unit_price }) => sum + quantity * unit_price, 0);
  return { customer_id, lines: views, total };
}

/** Ignores earlier purchases, which only the order itself counts towards the limit. */
function reasonOf(product: Product, quantity: number, available: number): CartLineView['reason'] {
  if (quantity > (product.limit_per_customer ?? quantity)) return 'limit_exceeded';
  return quantity > available ? 'out_of_stock' : undefined;
}
