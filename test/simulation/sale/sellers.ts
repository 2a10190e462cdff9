import { addStock } from '../../../lib/products/add-stock.ts';
import type { StockedProduct } from '../../../lib/products/product.ts';
import type { ProductChange } from '../../../lib/products/product-input.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import type { VirtualTime } from '../world/virtual-time.ts';
import { answerOf, type Call } from './calls.ts';
import type { Container } from './container.ts';
import type { ProductAction } from './scenario.ts';
import type { Shop } from './shop.ts';

type ProductCall = Call<StockedProduct | undefined> & {
  readonly action: ProductAction;
  readonly product: string;
};

const changeOf = ({ kind, value }: ProductAction): ProductChange | undefined => {
  if (kind === 'price') return { price: value };
  if (kind === 'limit') return { limit_per_customer: value };
  if (kind === 'grow') return { stock_shards: value };
  if (kind === 'activate' || kind === 'deactivate') return { active: kind === 'activate' };
  return undefined;
};

export type Sellers = ReturnType<typeof createSellers>;

/** Clients who supply, change and look at products. */
export function createSellers({
  time,
  shop,
  products,
}: {
  readonly time: VirtualTime;
  readonly shop: Shop;
  readonly products: readonly string[];
}) {
  const calls: ProductCall[] = [];

  const act =
    (action: ProductAction, product: string) =>
    (deps: Container): Promise<StockedProduct | undefined> => {
      if (action.kind === 'look') return readProduct(deps.catalog, product);
      if (action.kind === 'supply') return addStock(deps, deps.catalog, product, action.value);
      // Few products end in the middle of their sale.
      if (action.kind === 'delete') {
        return action.value === 0
          ? readProduct(deps.catalog, product)
          : deleteProduct(deps, deps.catalog, product).then(() => undefined);
      }
      return updateProduct(deps, deps.catalog, product, changeOf(action) ?? {});
    };

  return {
    calls,

    async work(action: ProductAction): Promise<void> {
      const product = products[action.product % products.length] ?? '';
      const fromMs = time.now();
      const task = `${action.kind} ${action.id}`;
      const answer = await answerOf(shop.request(`${action.kind} product`, task, act(action, product)));
      calls.push({ task, fromMs, toMs: time.now(), answer, action, product });
    },
  };
}
