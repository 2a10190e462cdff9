import * as z from 'zod';
import { type ApiClient, mapConcurrently } from './api-client.ts';
import type { LoadFixtures, LoadProduct, Shopper } from './fixtures.ts';

const concurrencyDefault = 64;
const line = z.object({ product_id: z.uuid(), quantity: z.int(), unit_price: z.int() });
const order = z.object({
  id: z.uuid(),
  customer_id: z.uuid(),
  status: z.enum(['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']),
  lines: z.array(line),
  total: z.int(),
  created_at: z.iso.datetime(),
  decided_at: z.iso.datetime().optional(),
});
export interface ListedOrder extends z.output<typeof order> {
  /** The customer whose list contains it. */
  readonly listed_under: string;
}
const page = z.object({ items: z.array(order), next_cursor: z.string().nullable() });
const product = z.object({ stock: z.int(), sold: z.int() });
const total = z.object({ total_quantity: z.int() });

export interface ReadProduct extends LoadProduct {
  readonly stock: number;
  readonly sold: number;
  /** Units ordered, from GET /order/product. */
  readonly total: number;
}

/** The products and orders of a load, as the API returns them. */
export interface Ledger {
  readonly products: readonly ReadProduct[];
  readonly orders: readonly ListedOrder[];
}

/** What responses reported during the load. */
export interface Reported {
  /** Orders returned with 201 or 202, without retries. */
  readonly accepted: number;
  /** Products that a response reported as out of stock. */
  readonly soldOut: readonly string[];
  /** Order requests without a response: each may have created an order. */
  readonly unknown: number;
  readonly cancelled: number;
  readonly cancelUnknown: number;
  /** Retries with an idempotency key that returned a different order. */
  readonly mismatched: number;
  readonly cancelledTwice: number;
}

/**
 * Reads all products and the orders of the customers through the API.
 *
 * @param onProgress receives the number of customers whose orders have been read
 * @param concurrency requests in parallel
 */
export async function readLedger(
  api: ApiClient,
  { adminToken, products }: LoadFixtures,
  customers: readonly Shopper[],
  onProgress: (done: number) => void,
  concurrency = concurrencyDefault,
): Promise<Ledger> {
  let done = 0;
  const orders = await mapConcurrently(customers, concurrency, async ({ id }) => {
    const found = await ordersOf(api, adminToken, id);
    done += 1;
    onProgress(done);
    return found;
  });
  const read = await mapConcurrently(products, concurrency, async (one) => {
    const { stock, sold } = await api.request(product, 'GET', `/product/${one.id}`);
    const { total_quantity } = await api.request(total, 'GET', `/order/product/${one.id}`);
    return { ...one, stock, sold, total: total_quantity };
  });
  return { products: read, orders: orders.flat() };
}

async function ordersOf(api: ApiClient, token: string, customerId: string): Promise<ListedOrder[]> {
  const found: ListedOrder[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/order?customer_id=${customerId}&limit=100${from}`;
    const { items, next_cursor } = await api.request(page, 'GET', path, { token });
    found.push(...items.map((item) => ({ ...item, listed_under: customerId })));
    cursor = next_cursor;
  } while (cursor !== null);
  return found;
}

const unitsOf = (orders: readonly ListedOrder[], productId: string): number =>
  orders
    .flatMap(({ lines }) => lines)
    .reduce((sum, { product_id, quantity }) => sum + (product_id === productId ? quantity : 0), 0);

/** Counts units sold in excess of the supply, and units that are neither in stock nor in a confirmed order. */
export function misplacedUnits({ products, orders }: Ledger): { oversold: number; lost: number } {
  const confirmed = orders.filter(({ status }) => status === 'CONFIRMED');
  let oversold = 0;
  let lost = 0;
  for (const { id, supplied, stock } of products) {
    const units = unitsOf(confirmed, id);
    oversold += Math.max(0, units - supplied, units + stock - supplied);
    lost += Math.max(0, supplied - stock - units);
  }
  return { oversold, lost };
}

/**
 * Compares products, orders and responses after a load. Returns a message per discrepancy.
 *
 * @param reported undefined if the load was aborted, since then some responses are unknown
 */
export function discrepanciesIn(ledger: Ledger, reported: Reported | undefined): string[] {
  const { products, orders } = ledger;
  return [
    ...products.flatMap((one) => productDiscrepancies(one, orders)),
    ...products.flatMap((one) => unsoldDiscrepancies(one, orders, reported?.soldOut ?? [])),
    ...orderDiscrepancies(ledger),
    ...(reported === undefined ? [] : responseDiscrepancies(orders, reported)),
  ];
}

function productDiscrepancies({ id, supplied, stock, sold, total }: ReadProduct, orders: readonly ListedOrder[]) {
  const found: string[] = [];
  const confirmed = orders.filter(({ status }) => status === 'CONFIRMED');
  const units = unitsOf(confirmed, id);
  if (stock < 0) found.push(`Product ${id}: stock is ${stock}`);
  if (stock + sold !== supplied)
    found.push(`Product ${id}: stock ${stock} + sold ${sold} does not equal ${supplied} units supplied`);
  if (units !== sold) found.push(`Product ${id}: sold is ${sold}, but confirmed orders contain ${units} units`);
  if (total !== sold) found.push(`Product ${id}: sold is ${sold}, but GET /order/product returns ${total}`);
  return found;
}

/** Once an order was rejected for lack of stock, only units of cancelled orders may be left in stock. */
function unsoldDiscrepancies(
  { id, stock }: ReadProduct,
  orders: readonly ListedOrder[],
  soldOut: readonly string[],
): string[] {
  const rejected = orders.filter(({ status }) => status === 'REJECTED');
  if (!soldOut.includes(id) && unitsOf(rejected, id) === 0) return [];
  const released = unitsOf(
    orders.filter(({ status }) => status === 'CANCELLED'),
    id,
  );
  return stock > released
    ? [
        `Product ${id}: orders were rejected as out of stock, but ${stock} units are left and only ${released} were released by cancellations`,
      ]
    : [];
}

function orderDiscrepancies({ products, orders }: Ledger): string[] {
  const found: string[] = [];
  const prices = new Map(products.map(({ id, price }) => [id, price]));
  const seen = new Set<string>();
  for (const { id, customer_id, listed_under, status, lines, total, created_at } of orders) {
    if (seen.has(id)) found.push(`Order ${id}: listed twice`);
    seen.add(id);
    if (customer_id !== listed_under)
      found.push(`Order ${id}: belongs to customer ${customer_id}, but is listed for ${listed_under}`);
    if (status === 'PENDING') found.push(`Order ${id}: still PENDING, created at ${created_at}`);
    for (const { product_id, unit_price } of lines)
      if (unit_price !== prices.get(product_id))
        found.push(`Order ${id}: product ${product_id} costs ${unit_price} instead of ${prices.get(product_id)}`);
    const sum = lines.reduce((all, { quantity, unit_price }) => all + quantity * unit_price, 0);
    if (sum !== total) found.push(`Order ${id}: total is ${total}, but the lines add up to ${sum}`);
  }
  return found;
}

function responseDiscrepancies(orders: readonly ListedOrder[], reported: Reported): string[] {
  const found: string[] = [];
  const { accepted, unknown, cancelled, cancelUnknown, mismatched, cancelledTwice } = reported;
  if (orders.length < accepted || orders.length > accepted + unknown)
    found.push(
      `${orders.length} orders exist, but responses reported ${accepted}` +
        ` and ${unknown} order requests got no response`,
    );
  const stored = orders.filter(({ status }) => status === 'CANCELLED').length;
  if (stored < cancelled || stored > cancelled + cancelUnknown)
    found.push(
      `${stored} orders are CANCELLED, but responses reported ${cancelled}` +
        ` and ${cancelUnknown} cancellations got no response`,
    );
  if (mismatched > 0) found.push(`${mismatched} retries with an idempotency key returned a different order`);
  if (cancelledTwice > 0) found.push(`${cancelledTwice} orders were reported as cancelled twice`);
  return found;
}
