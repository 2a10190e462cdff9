import { DomainError, type FieldError } from '../errors.ts';
import { type Clock, toIso } from '../platform/clock.ts';
import { newId } from '../platform/ids.ts';
import { quantity } from '../platform/primitives.ts';
import type { Inventory } from '../products/inventory.ts';
import { isOnSale, type Product } from '../products/product.ts';
import type { RequestedLine } from './confirm/allocation.ts';
import { orderIdempotencyOf, type PlacedOrder, replay } from './idempotency.ts';
import { type OrderIn, type OrderLine, shortOf, totalOf } from './order.ts';
import type { OrderStore } from './order-store.ts';
import { rejectionError } from './rejection-error.ts';
import { findShortage } from './sold-out-check.ts';

export interface SubmitDeps {
  readonly inventory: Inventory;
  readonly orders: OrderStore;
  readonly clock: Clock;
  readonly currency: string;
}

export interface SubmitInput {
  readonly customerId: string;
  /** At least one. Items of the same product are summed. */
  readonly items: readonly { readonly id: string; readonly quantity: number }[];
  readonly idempotencyKey?: string | undefined;
}

/**
 * Accepts an order at current prices: one conditional put stores it as PENDING, for the worker to decide.
 *
 * The worker reads the stream of the orders table, so an accepted order cannot be lost. An idempotency key makes at most
 * one order, however many requests with it compete.
 *
 * @throws {DomainError} `product_not_found`, `product_unavailable`, `limit_exceeded`, `out_of_stock` (with the lines that
 *   caused it), `idempotency_key_reused`, `contention`; nothing was written
 */
export async function submitOrder(deps: SubmitDeps, input: SubmitInput): Promise<PlacedOrder> {
  const idempotency = orderIdempotencyOf('submit', input, { items: input.items });
  const id = idempotency?.id ?? newId();
  try {
    const lines = await priceLines(deps, sumByProduct(input.items));
    const order: OrderIn<'PENDING'> = {
      id,
      customer_id: input.customerId,
      status: 'PENDING',
      lines,
      total: totalOf(lines),
      currency: deps.currency,
      created_at: toIso(deps.clock.now()),
      ...(idempotency === undefined ? {} : { fingerprint: idempotency.fingerprint }),
    };
    const earlier = await deps.orders.putPending(order);
    return earlier === undefined ? { order, replayed: false } : replay(earlier, idempotency);
  } catch (error) {
    if (idempotency === undefined || !(error instanceof DomainError)) throw error;
    const earlier = await deps.orders.get(id);
    if (earlier === undefined) throw error;
    return replay(earlier, idempotency);
  }
}

function sumByProduct(items: SubmitInput['items']): RequestedLine[] {
  const quantities = new Map<string, number>();
  for (const { id, quantity: units } of items) quantities.set(id, (quantities.get(id) ?? 0) + units);
  for (const [product_id, sum] of quantities) {
    if (quantity.safeParse(sum).success) continue;
    const error = { path: 'items', message: `Too many units in total: ${sum}`, product_id };
    throw new DomainError('invalid_request', { errors: [error] });
  }
  return [...quantities].map(([product_id, quantity]) => ({ product_id, quantity }));
}

interface PricedLine {
  readonly line: RequestedLine;
  readonly product: Product;
}

/** Adds names and current prices to the lines. @throws {DomainError} if the order could not be confirmed now */
async function priceLines(
  { inventory, currency }: SubmitDeps,
  requested: readonly RequestedLine[],
): Promise<OrderLine[]> {
  const short = await findShortage(inventory, requested);
  const products = await inventory.findCurrent(requested.map(({ product_id }) => product_id));
  const known: PricedLine[] = [];
  const unknown: FieldError[] = [];
  for (const line of requested) {
    const { product_id } = line;
    const product = products.get(product_id);
    if (product === undefined || product.deleted_at !== undefined)
      unknown.push({ path: 'items', message: 'Product not found', product_id });
    else known.push({ line, product });
  }
  if (unknown.length > 0) throw new DomainError('product_not_found', { errors: unknown });
  checkProducts(known, currency);
  if (short.length > 0) throw rejectionError('out_of_stock', short);
  return known.map(({ line: { product_id, quantity }, product: { name, price } }) => ({
    product_id,
    name,
    quantity,
    unit_price: price,
  }));
}

function checkProducts(lines: readonly PricedLine[], currency: string): void {
  const unavailable = lines.filter(({ product }) => !isOnSale(product, currency));
  if (unavailable.length > 0)
    throw rejectionError(
      'product_unavailable',
      unavailable.map(({ line }) => shortOf(line, 0)),
    );
  const overLimit = lines.flatMap(({ line, product: { limit_per_customer: limit } }) =>
    limit !== undefined && line.quantity > limit ? [shortOf(line, limit)] : [],
  );
  if (overLimit.length > 0) throw rejectionError('limit_exceeded', overLimit);
}
