import * as z from 'zod/mini';
import { until } from '../services/processes.ts';
import type { Actor } from './api-driver.ts';
import { type ApiResponse, expectResponse } from './client.ts';

const count = z.int().check(z.minimum(0));
const time = z.iso.datetime();

/**
 * An order in any status. Strict and independent of the contracts, so that tests notice a leaked or missing
 * field.
 */
export const orderSchema = z.strictObject({
  id: z.uuid(),
  customer_id: z.uuid(),
  status: z.enum(['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']),
  lines: z.array(z.strictObject({ product_id: z.uuid(), name: z.string(), quantity: count, unit_price: count })),
  total: count,
  currency: z.literal('USD'),
  created_at: time,
  decided_at: z.optional(time),
  reason: z.optional(z.enum(['limit_exceeded', 'out_of_stock', 'price_changed', 'product_unavailable'])),
  short_lines: z.optional(z.array(z.strictObject({ product_id: z.uuid(), requested: count, available: count }))),
});
export type ApiOrder = z.output<typeof orderSchema>;

export const orderPageSchema = z.strictObject({
  items: z.array(orderSchema),
  next_cursor: z.nullable(z.string()),
});

interface SubmitOptions {
  readonly key?: string;
}

/** Submits an order for one product and returns the response, whatever its status. */
export const trySubmit = (
  { api }: Actor,
  productId: string,
  quantity = 1,
  { key }: SubmitOptions = {},
): Promise<ApiResponse> =>
  api.post(
    '/order',
    { items: [{ id: productId, quantity }] },
    key === undefined ? {} : { headers: { 'Idempotency-Key': key } },
  );

/** Submits an order for one product. @throws unless it is accepted */
export const submit = async (actor: Actor, productId: string, quantity = 1): Promise<ApiOrder> =>
  expectResponse(await trySubmit(actor, productId, quantity), 202, orderSchema);

/** Polls the order until it is no longer PENDING. @throws after the timeout, 20 s by default */
export async function awaitDecision({ api }: Actor, orderId: string, timeoutMs?: number): Promise<ApiOrder> {
  let found: ApiOrder | undefined;
  await until(async () => {
    found = expectResponse(await api.get(`/order/${orderId}`), 200, orderSchema);
    return found.status !== 'PENDING';
  }, timeoutMs);
  if (found === undefined) throw new Error(`Order ${orderId} was never read`);
  return found;
}

/** Reads every page of the caller's orders. */
export async function listOrders({ api }: Actor, query = ''): Promise<ApiOrder[]> {
  const items: ApiOrder[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = expectResponse(await api.get(`/order?limit=100${query}${from}`), 200, orderPageSchema);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}
