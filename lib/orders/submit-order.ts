import { DomainError } from '../errors.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { quantity } from '../platform/primitives.ts';
import type { Inventory } from '../products/inventory.ts';
import type { Product } from '../products/product.ts';
import type { RequestedLine } from './confirm/allocation.ts';
import { orderIdempotencyOf, type PlacedOrder, replayed } from './idempotency.ts';
import { type Order, type OrderLine, shortOf, totalOf } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { rejectionError } from './rejection-error.ts';
import { findShortage } from './sold-out-check.ts';

export interface SubmitDeps {
  readonly inventory: Inventory;
  readonly orders: OrderStore;
  readonly clock: Clock;
  readonly currency: string;
}

export interface SubmitRequest {
  readonly customer_id: string;
  /** At least one; lines that name one product twice are summed. */
  readonly items: readonly { readonly id: string; readonly quantity: number }[];
  readonly idempotency_key?: string | undefined;
}

/**
 * Accepts an order at today's prices with one conditional put: PENDING, to be decided in the background. The
 * put is all there is to it, so an order that was accepted cannot get lost before the worker.
 * With an idempotency key at most one order is made, however often and however concurrently it is called.
 *
 * @throws {DomainError} `product_not_found`, `product_unavailable`, `limit_exceeded`, `out_of_stock` (each
 *   naming the lines), `idempotency_key_reused`; nothing was written
 */
export async function submitOrder(deps: SubmitDeps, request: SubmitRequest): Promise<PlacedOrder> {
  const idempotency = orderIdempotencyOf('submit', request);
  const id = idempotency?.id ?? newId();
  try {
    const lines = await priceLines(deps, request.items);
    const order: Order = {
      id,
      customer_id: request.customer_id,
      status: 'PENDING',
      lines,
      total: totalOf(lines),
      currency: deps.currency,
      created_at: toIso(deps.clock.now()),
      allocations: [],
      counted: [],
      ...(idempotency === undefined ? {} : { fingerprint: idempotency.fingerprint }),
    };
    const earlier = await deps.orders.putPending(order);
    if (earlier === undefined) return { order, replayed: false };
    // Without a key the id is new, so what has it is our own put, whose reply was lost.
    return { order: replayed(earlier, idempotency), replayed: idempotency !== undefined };
  } catch (error) {
    if (idempotency === undefined || !(error instanceof DomainError)) throw error;
    const earlier = await deps.orders.get(id);
    if (earlier === undefined) throw error;
    return { order: replayed(earlier, idempotency), replayed: true };
  }
}

/** The lines as ordered, at the prices of now. Stock is looked at only as far as it saves a hopeless order. */
async function priceLines({ inventory }: SubmitDeps, items: SubmitRequest['items']): Promise<OrderLine[]> {
  const wanted = sumLines(items);
  const ids = wanted.map(({ product_id }) => product_id);
  const short = await findShortage(inventory, wanted);
  const products = await inventory.findCurrent(ids);
  const refused = refusalOf(wanted, products);
  if (refused !== undefined) throw refused;
  if (short.length > 0) throw rejectionError('out_of_stock', short);
  return wanted.flatMap(({ product_id, quantity }) => {
    const product = products.get(product_id);
    return product === undefined
      ? []
      : [{ product_id, name: product.name, quantity, unit_price: product.price }];
  });
}

function sumLines(items: SubmitRequest['items']): RequestedLine[] {
  const quantities = new Map<string, number>();
  for (const { id, quantity: units } of items) quantities.set(id, (quantities.get(id) ?? 0) + units);
  for (const [product_id, sum] of quantities) {
    if (quantity.safeParse(sum).success) continue;
    const error = { path: 'items', message: `${sum} units are more than an order may hold`, product_id };
    throw new DomainError('invalid_request', { errors: [error] });
  }
  return [...quantities].map(([product_id, quantity]) => ({ product_id, quantity }));
}

function refusalOf(
  wanted: readonly RequestedLine[],
  products: ReadonlyMap<string, Product>,
): DomainError | undefined {
  const unknown = wanted.filter(({ product_id }) => {
    const product = products.get(product_id);
    return product === undefined || product.deleted_at !== undefined;
  });
  if (unknown.length > 0) {
    const errors = unknown.map(({ product_id }) => ({
      path: 'items',
      message: 'no such product',
      product_id,
    }));
    return new DomainError('product_not_found', { errors });
  }
  const inactive = wanted.filter(({ product_id }) => products.get(product_id)?.active === false);
  if (inactive.length > 0)
    return rejectionError(
      'product_unavailable',
      inactive.map((line) => shortOf(line, 0)),
    );
  const over = wanted.flatMap((line) => {
    const limit = products.get(line.product_id)?.limit_per_customer;
    return limit !== undefined && line.quantity > limit ? [shortOf(line, limit)] : [];
  });
  return over.length > 0 ? rejectionError('limit_exceeded', over) : undefined;
}
