import type { CartStore } from '../carts/cart-store.ts';
import { DomainError } from '../errors.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import type { Idempotency } from '../platform/idempotency.ts';
import { newId } from '../platform/ids.ts';
import type { AllocatedOrder } from './confirm/allocation.ts';
import {
  type ConfirmDeps,
  confirmOrders,
  type Decision,
  type WritableOrder,
} from './confirm/confirm-orders.ts';
import { orderIdempotencyOf, type PlacedOrder, replayed } from './idempotency.ts';
import { type Order, order as orderSchema, totalOf } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { contentionError, rejectionError } from './rejection-error.ts';
import { cachedShortage } from './sold-out-check.ts';

export interface CheckoutDeps extends ConfirmDeps {
  readonly carts: CartStore;
  readonly orders: OrderStore;
  readonly clock: Clock;
  readonly currency: string;
}

export interface CheckoutRequest {
  readonly customer_id: string;
  /** Refuses the order when its total would be another. */
  readonly expected_total?: number | undefined;
  readonly idempotency_key?: string | undefined;
}

/** The cart changed under the checkout this often before it gives up. */
const maxCarts = 4;

/**
 * Turns a customer's cart into a confirmed order and empties it, in one transaction: all of it or nothing.
 * With an idempotency key at most one order is made, however often and however concurrently it is called.
 *
 * @throws {DomainError} `cart_empty`, `out_of_stock`, `limit_exceeded`, `price_changed`,
 *   `product_unavailable` (each naming the lines, or the total), `idempotency_key_reused`, `contention`; nothing changed
 */
export async function checkout(deps: CheckoutDeps, request: CheckoutRequest): Promise<PlacedOrder> {
  const idempotency = orderIdempotencyOf('checkout', request);
  const id = idempotency?.id ?? newId();
  try {
    for (let attempt = 0; attempt < maxCarts; attempt++) {
      const placed = await placeCart(deps, request, id, idempotency);
      if (placed !== 'cart_changed') return placed;
    }
    throw contentionError();
  } catch (error) {
    // The refusal, or the lost reply, may come from a request whose twin, or earlier try, has succeeded.
    const earlier =
      idempotency !== undefined || !(error instanceof DomainError) ? await deps.orders.get(id) : undefined;
    if (earlier === undefined) throw error;
    return { order: replayed(earlier, idempotency), replayed: idempotency !== undefined };
  }
}

type OwnRefusal = { readonly existing: Order } | 'cart_changed';

async function placeCart(
  deps: CheckoutDeps,
  request: CheckoutRequest,
  id: string,
  idempotency: Idempotency | undefined,
): Promise<PlacedOrder | 'cart_changed'> {
  const cart = await deps.carts.get(request.customer_id);
  if (cart.lines.length === 0) throw new DomainError('cart_empty');
  // In a flash sale most requests end here, without asking the database again.
  const short = cachedShortage(deps.inventory, cart.lines);
  if (short.length > 0) throw rejectionError('out_of_stock', short);
  const created_at = toIso(deps.clock.now());
  const orderOf = ({ lines, allocations, counted }: AllocatedOrder): Order => ({
    id,
    customer_id: request.customer_id,
    status: 'CONFIRMED',
    lines: [...lines],
    total: totalOf(lines),
    currency: deps.currency,
    created_at,
    decided_at: created_at,
    allocations: allocations.map(({ product_id, shard, quantity }) => ({ product_id, shard, quantity })),
    counted: counted.map(({ product_id }) => product_id),
    ...(idempotency === undefined ? {} : { fingerprint: idempotency.fingerprint }),
  });
  const order: WritableOrder<OwnRefusal> = {
    id,
    customer_id: request.customer_id,
    lines: cart.lines,
    expected_total: request.expected_total,
    writtenItems: [`order ${id}`, `cart ${request.customer_id}`],
    writes: (allocated) => [
      {
        item: deps.orders.putAction(orderOf(allocated)),
        failure: (old) => ({ existing: orderSchema.parse(old) }),
      },
      { item: deps.carts.emptyAction(cart), failure: () => 'cart_changed' },
    ],
  };
  const decision = (await confirmOrders(deps, [order], { optimistic: true })).get(id);
  if (decision?.outcome === 'confirmed') deps.metrics.confirmed(decision.allocated.lines);
  return conclude(decision, orderOf, idempotency);
}

function conclude(
  decision: Decision<OwnRefusal> | undefined,
  orderOf: (allocated: AllocatedOrder) => Order,
  idempotency: Idempotency | undefined,
): PlacedOrder | 'cart_changed' {
  if (decision === undefined) throw contentionError();
  switch (decision.outcome) {
    case 'confirmed':
      return { order: orderOf(decision.allocated), replayed: false };
    case 'rejected':
      throw rejectionError(decision.reason, decision.short);
    case 'condition_failed':
      if (decision.failure === 'cart_changed') return 'cart_changed';
      return { order: replayed(decision.failure.existing, idempotency), replayed: idempotency !== undefined };
  }
}
