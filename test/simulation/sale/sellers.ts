import { idempotencyOf } from '../../../lib/platform/idempotency.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import { existing, type StockedProduct } from '../../../lib/products/product.ts';
import type { ProductChange } from '../../../lib/products/product-input.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { type Call, isFinal, resultOf } from './calls.ts';
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
  if (kind === 'add_shards') return { stock_shards: value };
  if (kind === 'activate' || kind === 'deactivate') return { active: kind === 'activate' };
  return undefined;
};

/** With an idempotency key, sellers retry until the outcome is known or this many times. */
const attemptsMax = 4;
const pauseMs = 300;

/** Every other restock has an idempotency key and is sent twice concurrently. */
const isKeyed = ({ kind, id }: ProductAction): boolean => kind === 'restock' && id % 2 === 0;

const readProduct = async ({ inventory }: Container, product: string): Promise<StockedProduct> =>
  existing(await inventory.readConsistent([product]), product);

export type Sellers = ReturnType<typeof createSellers>;

/** Clients that restock, change and read products. */
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

  async function restock(deps: Container, action: ProductAction, product: string): Promise<StockedProduct> {
    const body = { product_id: product, stock: action.value };
    const key = isKeyed(action) ? idempotencyOf('addStock', 'seller', `key ${action.id}`, body) : undefined;
    return addStock(deps, { productId: product, units: action.value, idempotency: key });
  }

  const act =
    (action: ProductAction, product: string) =>
    (deps: Container): Promise<StockedProduct | undefined> => {
      if (action.kind === 'read') return readProduct(deps, product);
      if (action.kind === 'restock') return restock(deps, action, product);
      if (action.kind === 'delete') {
        return action.value === 0
          ? readProduct(deps, product)
          : deleteProduct(deps, { productId: product }).then(() => undefined);
      }
      return updateProduct(deps, { productId: product, change: changeOf(action) ?? {} });
    };

  async function call(action: ProductAction): Promise<ProductCall> {
    const product = products[action.product % products.length] ?? '';
    const fromMs = time.now();
    const task = `${action.kind} ${action.id}`;
    const result = await resultOf(shop.request(`${action.kind} product`, task, act(action, product)));
    const finished = { task, fromMs, toMs: time.now(), result, action, product };
    calls.push(finished);
    return finished;
  }

  async function callUntilFinal(action: ProductAction): Promise<void> {
    for (let attempts = attemptsMax; attempts > 0 && !isFinal(await call(action)); attempts--)
      await time.sleep(pauseMs);
  }

  return {
    calls,

    async work(action: ProductAction): Promise<void> {
      await Promise.all(isKeyed(action) ? [callUntilFinal(action), callUntilFinal(action)] : [call(action)]);
    },
  };
}
