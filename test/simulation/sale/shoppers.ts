import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import { checkout } from '../../../lib/orders/checkout.ts';
import type { PlacedOrder } from '../../../lib/orders/idempotency.ts';
import type { Order } from '../../../lib/orders/order.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import { answerOf, type Call, isFinal } from './calls.ts';
import type { Container } from './container.ts';
import type { CancelAction, OrderAction } from './scenario.ts';
import type { Shop } from './shop.ts';

/** A client that got no answer, or "later", tries again this often. */
const maxTries = 4;
const pauseMs = 300;

/** Who wants to cancel an order waits for it so long. */
const maxWaits = 30;
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

/** Clients who order and cancel. They note each call and what came back. */
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
  /** What a client knows of the order that an action made. */
  const placed = new Map<number, Order>();
  const nameOf = (list: readonly string[], place: number): string => list[place % list.length] ?? '';

  async function call<T>(
    name: string,
    task: string,
    act: (container: Container) => Promise<T>,
  ): Promise<Call<T>> {
    const fromMs = time.now();
    const answer = await answerOf(shop.request(name, task, act));
    return { task, fromMs, toMs: time.now(), answer };
  }

  async function fillCart(action: OrderAction, customer_id: string): Promise<void> {
    for (const { product, quantity } of action.lines) {
      const id = nameOf(products, product);
      // One that fails leaves a cart with other lines: then those are what is ordered.
      await call('addToCart', `cart ${action.id}`, ({ carts }) => carts.setLine(customer_id, id, quantity));
    }
  }

  async function place(action: OrderAction, customer_id: string, duplicate: number): Promise<void> {
    const { kind, id, keyed, lines } = action;
    const key = keyed ? { idempotencyKey: `key ${id}` } : {};
    const task = keyed ? `order ${id}` : `order ${id} duplicate ${duplicate}`;
    const items = lines.map(({ product, quantity }) => ({ id: nameOf(products, product), quantity }));
    // Without a key a second try would be a second order.
    for (let tries = keyed ? maxTries : 1; tries > 0; tries--) {
      const made = await call<PlacedOrder>(kind, task, (container) =>
        kind === 'checkout'
          ? checkout(container, { customerId: customer_id, ...key })
          : submitOrder(container, { customerId: customer_id, items, ...key }),
      );
      placings.push({ ...made, action, customer_id });
      if (made.answer.told === 'done') placed.set(id, made.answer.value.order);
      if (isFinal(made)) return;
      await time.sleep(pauseMs);
    }
  }

  async function cancelOnce(action: CancelAction, order: Order): Promise<void> {
    const id = action.byStranger ? 'a stranger' : order.customer_id;
    const caller = { id, role: 'USER' } as const;
    for (let tries = maxTries; tries > 0; tries--) {
      const made = await call('cancelOrder', `cancel ${action.id}`, (container) =>
        cancelOrder(container, { orderId: order.id, caller }),
      );
      cancellations.push({ ...made, action, order_id: order.id });
      if (isFinal(made)) return;
      await time.sleep(pauseMs);
    }
  }

  const atOnce = (duplicates: number, act: (duplicate: number) => Promise<void>): Promise<unknown> =>
    Promise.all(Array.from({ length: 1 + duplicates }, (_, duplicate) => act(duplicate)));

  return {
    placings,
    cancellations,

    async order(action: OrderAction): Promise<void> {
      const customer_id = nameOf(customers, action.customer);
      if (action.kind === 'checkout') await fillCart(action, customer_id);
      await atOnce(action.duplicates, (duplicate) => place(action, customer_id, duplicate));
    },

    async cancel(action: CancelAction): Promise<void> {
      let order = placed.get(action.order);
      for (let waits = 0; waits < maxWaits && order === undefined; waits++) {
        await time.sleep(waitMs);
        order = placed.get(action.order);
      }
      if (order !== undefined) await atOnce(action.duplicates, () => cancelOnce(action, order));
    },
  };
}
