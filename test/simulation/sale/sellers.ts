import { idempotencyOf } from '../../../lib/platform/idempotency.ts';
import { addStock } from '../../../lib/products/add-stock.ts';
import { idempotentWrite } from '../../../lib/products/idempotent-write.ts';
import type { StockedProduct } from '../../../lib/products/product.ts';
import type { ProductChange } from '../../../lib/products/product-input.ts';
import { readProduct } from '../../../lib/products/read-product.ts';
import { deleteProduct, updateProduct } from '../../../lib/products/update-product.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { answerOf, type Call, isFinal } from './calls.ts';
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

/** A seller who does not know whether units were added asks again so often, if the request has an idempotency key. */
const maxTries = 4;
const pauseMs = 300;

/** Every other supply has a key, and is sent twice at once. */
const isKeyed = ({ kind, id }: ProductAction): boolean => kind === 'restock' && id % 2 === 0;

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

  async function supply(deps: Container, action: ProductAction, product: string): Promise<StockedProduct> {
    const body = { product_id: product, stock: action.value };
    const key = isKeyed(action) ? idempotencyOf('addStock', 'seller', `key ${action.id}`, body) : undefined;
    const { stocked } = await idempotentWrite(deps, deps.inventory, key, (claim) =>
      addStock(deps, deps.inventory, product, action.value, claim),
    );
    return stocked;
  }

  const act =
    (action: ProductAction, product: string) =>
    (deps: Container): Promise<StockedProduct | undefined> => {
      if (action.kind === 'read') return readProduct(deps.inventory, product);
      if (action.kind === 'restock') return supply(deps, action, product);
      // Few products end in the middle of their sale.
      if (action.kind === 'delete') {
        return action.value === 0
          ? readProduct(deps.inventory, product)
          : deleteProduct(deps, deps.inventory, product).then(() => undefined);
      }
      return updateProduct(deps, deps.inventory, product, changeOf(action) ?? {});
    };

  async function call(action: ProductAction): Promise<ProductCall> {
    const product = products[action.product % products.length] ?? '';
    const fromMs = time.now();
    const task = `${action.kind} ${action.id}`;
    const answer = await answerOf(shop.request(`${action.kind} product`, task, act(action, product)));
    const made = { task, fromMs, toMs: time.now(), answer, action, product };
    calls.push(made);
    return made;
  }

  async function callUntilFinal(action: ProductAction): Promise<void> {
    for (let tries = maxTries; tries > 0 && !isFinal(await call(action)); tries--) await time.sleep(pauseMs);
  }

  return {
    calls,

    async work(action: ProductAction): Promise<void> {
      await Promise.all(isKeyed(action) ? [callUntilFinal(action), callUntilFinal(action)] : [call(action)]);
    },
  };
}
