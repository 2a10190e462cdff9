import * as z from 'zod/mini';
import { until } from '../services/processes.ts';
import type { Actor } from './api-driver.ts';
import { expectReply, type Reply } from './client.ts';

const count = z.int().check(z.minimum(0));
const time = z.iso.datetime();

/** An order in any state, strict and written down a second time, so that nothing leaks or gets lost. */
export const anyOrderShape = z.strictObject({
  id: z.uuid(),
  customer_id: z.uuid(),
  status: z.enum(['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']),
  lines: z.array(
    z.strictObject({ product_id: z.uuid(), name: z.string(), quantity: count, unit_price: count }),
  ),
  total: count,
  currency: z.literal('USD'),
  created_at: time,
  decided_at: z.optional(time),
  reason: z.optional(z.enum(['limit_exceeded', 'out_of_stock', 'price_changed', 'product_unavailable'])),
  short_lines: z.optional(
    z.array(z.strictObject({ product_id: z.uuid(), requested: count, available: count })),
  ),
});
export type AnyOrder = z.output<typeof anyOrderShape>;

export const orderPageShape = z.strictObject({
  items: z.array(anyOrderShape),
  next_cursor: z.nullable(z.string()),
});

interface SubmitOptions {
  readonly key?: string;
}

/** Asks for units of one product in the background, whatever comes of it. */
export const trySubmit = (
  { api }: Actor,
  productId: string,
  quantity = 1,
  { key }: SubmitOptions = {},
): Promise<Reply> =>
  api.post(
    '/order',
    { items: [{ id: productId, quantity }] },
    key === undefined ? {} : { headers: { 'Idempotency-Key': key } },
  );

/** The same, and it must be accepted. */
export const submit = async (actor: Actor, productId: string, quantity = 1): Promise<AnyOrder> =>
  expectReply(await trySubmit(actor, productId, quantity), 202, anyOrderShape);

/** The order once it is decided. */
export async function decided({ api }: Actor, orderId: string): Promise<AnyOrder> {
  let found: AnyOrder | undefined;
  await until(async () => {
    found = expectReply(await api.get(`/order/${orderId}`), 200, anyOrderShape);
    return found.status !== 'PENDING';
  });
  if (found === undefined) throw new Error('never read');
  return found;
}

/** All orders of a customer, page by page. */
export async function allOrders({ api }: Actor, query = ''): Promise<AnyOrder[]> {
  const items: AnyOrder[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = expectReply(await api.get(`/order?limit=100${query}${from}`), 200, orderPageShape);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return items;
}
