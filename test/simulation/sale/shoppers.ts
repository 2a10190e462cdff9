import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import { checkout } from '../../../lib/orders/checkout.ts';
import type { PlacedOrder } from '../../../lib/orders/idempotency.ts';
import type { Order } from '../../../lib/orders/order.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { type Call, isFinal, resultOf } from './calls.ts';
import type { Container } from './container.ts';
import type { CancelAction, OrderAction } from './scenario.ts';
import type { Shop } from './shop.ts';

/** How often clients send a request whose outcome is unknown or that they may retry. */
const attemptsMax = 4;
const pauseMs = 300;

/** How long clients wait for an order before they cancel it. */
const waitsMax = 30;
const waitMs = 100;

interface Placing extends Call<PlacedOrder> {
  readonly action: OrderAction;
  readonly customer_id: string;
}
interface Cancellation extends Call<Order> {
  readonly action: CancelAction;
  readonly order_id: string;
}

export type Shoppers = ReturnType<typeof createShoppers>;

/** Clients that order and cancel, and record each call with its result. */
export function createShoppers({
  time,
  shop,
  products,
  customers,
}: {
  readonly time: VirtualTime;
  readonly shop: Shop;
  readonly products: readonly string[];
  readonly customers: readonly string[];
}) {
  const placings: Placing[] = [];
  const cancellations: Cancellation[] = [];
  /** Orders by the action that created them, as last returned. */
  const placed = new Map<number, Order>();
  const idAt = (list: readonly string[], index: number): string => list[index % list.length] ?? '';

  async function call<T>(name: string, task: string, act: (container: Container) => Promise<T>): Promise<Call<T>> {
    const fromMs = time.now();
    const result = await resultOf(shop.request(name, task, act));
    return { task, fromMs, toMs: time.now(), result };
  }

  async function fillCart(action: OrderAction, customer_id: string): Promise<void> {
    for (const { product, quantity } of action.lines) {
      const id = idAt(products, product);
      // If a request fails, the checkout orders the lines that are in the cart.
      await call('addToCart', `cart ${action.id}`, ({ carts }) => carts.setLine(customer_id, id, quantity));
    }
  }

  async function place(action: OrderAction, customer_id: string, duplicate: number): Promise<void> {
    const { kind, id, keyed, lines } = action;
    const key = keyed ? { idempotencyKey: `key ${id}` } : {};
    const task = keyed ? `order ${id}` : `order ${id} duplicate ${duplicate}`;
    const items = lines.map(({ product, quantity }) => ({ id: idAt(products, product), quantity }));
    // Without a key, a retry would create a second order.
    for (let attempts = keyed ? attemptsMax : 1; attempts > 0; attempts--) {
      const finished = await call<PlacedOrder>(kind, task, (container) =>
        kind === 'checkout'
          ? checkout(container, { customerId: customer_id, ...key })
          : submitOrder(container, { customerId: customer_id, items, ...key }),
      );
      placings.push({ ...finished, action, customer_id });
      if (finished.result.status === 'succeeded') placed.set(id, finished.result.value.order);
      if (isFinal(finished)) return;
      await time.sleep(pauseMs);
    }
  }

  async function cancelOnce(action: CancelAction, order: Order): Promise<void> {
    const id = action.byStranger ? 'a stranger' : order.customer_id;
    const caller = { id, role: 'USER' } as const;
    for (let attempts = attemptsMax; attempts > 0; attempts--) {
      const finished = await call('cancelOrder', `cancel ${action.id}`, (container) =>
        cancelOrder(container, { orderId: order.id, caller }),
      );
      cancellations.push({ ...finished, action, order_id: order.id });
      if (isFinal(finished)) return;
      await time.sleep(pauseMs);
    }
  }

  const concurrently = (duplicates: number, act: (duplicate: number) => Promise<void>): Promise<unknown> =>
    Promise.all(Array.from({ length: 1 + duplicates }, (_, duplicate) => act(duplicate)));

  return {
    placings,
    cancellations,

    async order(action: OrderAction): Promise<void> {
      const customer_id = idAt(customers, action.customer);
      if (action.kind === 'checkout') await fillCart(action, customer_id);
      await concurrently(action.duplicates, (duplicate) => place(action, customer_id, duplicate));
    },

    async cancel(action: CancelAction): Promise<void> {
      let order = placed.get(action.order);
      for (let waits = 0; waits < waitsMax && order === undefined; waits++) {
        await time.sleep(waitMs);
        order = placed.get(action.order);
      }
      if (order !== undefined) await concurrently(action.duplicates, () => cancelOnce(action, order));
    },
  };
}
