import type { Cart } from '../carts/cart.ts';
import type { CartStore } from '../carts/cart-store.ts';
import { DomainError } from '../errors.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import type { Idempotency } from '../platform/idempotency.ts';
import { newId } from '../platform/ids.ts';
import type { AllocatedOrder } from './confirm/allocation.ts';
import { type ConfirmDeps, confirmOrders, type WritableOrder } from './confirm/confirm-orders.ts';
import { orderIdempotencyOf, type PlacedOrder, replay } from './idempotency.ts';
import { type Order, type OrderIn, totalOf } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { contentionError, rejectionError } from './rejection-error.ts';
import { cachedShortage } from './sold-out-check.ts';

export interface CheckoutDeps extends ConfirmDeps {
  readonly carts: CartStore;
  readonly orders: OrderStore;
  readonly clock: Clock;
  readonly currency: string;
}

export interface CheckoutInput {
  readonly customerId: string;
  /** In minor units. The order is rejected if its total differs. */
  readonly expectedTotal?: number | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Runs in parallel with the first read of the cart. If it throws, nothing is written and no order is returned. */
  readonly beforeWrite?: () => Promise<void>;
}

/** Reads of a cart that keeps changing during the checkout. */
const maxCartReads = 4;

/**
 * Orders a customer's cart: one transaction stores the CONFIRMED order and empties the cart, or nothing changes.
 * An idempotency key makes at most one order, however many requests with it compete.
 *
 * @throws {DomainError} `cart_empty`, `out_of_stock`, `limit_exceeded`, `price_changed`, `product_unavailable` (with the
 *   lines or the total that caused it), `idempotency_key_reused`, `contention`; nothing was written
 */
export async function checkout(deps: CheckoutDeps, input: CheckoutInput): Promise<PlacedOrder> {
  const { customerId, expectedTotal, beforeWrite } = input;
  const firstCart = deps.carts.get(customerId);
  // A failed read of the cart is handled below.
  await Promise.all([beforeWrite?.(), Promise.allSettled([firstCart])]);

  const idempotency = orderIdempotencyOf('checkout', input, { expected_total: expectedTotal });
  const id = idempotency?.id ?? newId();
  try {
    for (let reads = 0; reads < maxCartReads; reads++) {
      const cart = await (reads === 0 ? firstCart : deps.carts.get(customerId));
      const placed = await orderCart(deps, { id, cart, expectedTotal, idempotency });
      if (placed !== 'cart_changed') return placed;
    }
    throw contentionError();
  } catch (error) {
    // A concurrent request with the same key, or an attempt whose response was lost, may have placed the order.
    const isPossible = idempotency !== undefined || !(error instanceof DomainError);
    const earlier = isPossible ? await deps.orders.get(id) : undefined;
    if (earlier === undefined) throw error;
    return replay(earlier, idempotency);
  }
}

interface CartOrder {
  readonly id: string;
  readonly cart: Cart;
  readonly expectedTotal: number | undefined;
  readonly idempotency: Idempotency | undefined;
}

async function orderCart(
  deps: CheckoutDeps,
  { id, cart, expectedTotal, idempotency }: CartOrder,
): Promise<PlacedOrder | 'cart_changed'> {
  const { customer_id, lines } = cart;
  if (lines.length === 0) throw new DomainError('cart_empty');
  // Most checkouts of a flash sale end here, without another request to the database.
  const short = cachedShortage(deps.inventory, lines);
  if (short.length > 0) throw rejectionError('out_of_stock', short);

  const now = toIso(deps.clock.now());
  const confirmed = ({ lines, allocations, counted }: AllocatedOrder): OrderIn<'CONFIRMED'> => ({
    id,
    customer_id,
    status: 'CONFIRMED',
    lines: [...lines],
    total: totalOf(lines),
    currency: deps.currency,
    created_at: now,
    decided_at: now,
    allocations: allocations.map(({ product_id, shard, quantity }) => ({ product_id, shard, quantity })),
    counted: counted.map(({ product_id }) => product_id),
    ...(idempotency === undefined ? {} : { fingerprint: idempotency.fingerprint }),
  });
  const order: WritableOrder<{ readonly existing: Order } | 'cart_changed'> = {
    id,
    customerId: customer_id,
    currency: deps.currency,
    lines,
    expectedTotal,
    writtenItems: [`order ${id}`, `cart ${customer_id}`],
    writes: (allocated) => [
      {
        action: deps.orders.putAction(confirmed(allocated)),
        failure: (old) => ({ existing: deps.orders.parse(old) }),
      },
      { action: deps.carts.emptyAction(cart), failure: () => 'cart_changed' },
    ],
  };

  const decision = (await confirmOrders(deps, { orders: [order], optimistic: true })).get(id);
  switch (decision?.outcome) {
    case undefined:
      throw contentionError();
    case 'confirmed':
      deps.metrics.confirmed(decision.allocated.lines);
      return { order: confirmed(decision.allocated), replayed: false };
    case 'rejected':
      throw rejectionError(decision.reason, decision.short);
    case 'condition_failed':
      return decision.failure === 'cart_changed' ? 'cart_changed' : replay(decision.failure.existing, idempotency);
  }
}
