import * as z from 'zod';
import { type ApiClient, eachOf } from './api-client.ts';
import type { LoadFixtures, LoadProduct, Shopper } from './fixtures.ts';

const atOnce = 64;
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
export interface BookedOrder extends z.output<typeof order> {
  /** Whose list it stands in. */
  readonly listed_under: string;
}
const page = z.object({ items: z.array(order), next_cursor: z.string().nullable() });
const product = z.object({ stock: z.int(), sold: z.int() });
const total = z.object({ total_quantity: z.int() });

export interface BookedProduct extends LoadProduct {
  readonly stock: number;
  readonly sold: number;
  /** As GET /order/product says. */
  readonly total: number;
}

/** The store's own account of a load: its products, and all orders of all who took part. */
export interface Ledger {
  readonly products: readonly BookedProduct[];
  readonly orders: readonly BookedOrder[];
}

/** What clients were told during the load. */
export interface Reported {
  /** Orders that an answer named, each once, whatever was repeated. */
  readonly taken: number;
  /** Products of which an answer said that there is not enough. */
  readonly short: readonly string[];
  /** Requests for an order that got no answer: each may have made one. */
  readonly unknown: number;
  readonly cancelled: number;
  readonly cancelUnknown: number;
  /** Repeats with a key that were answered with another order. */
  readonly contradicted: number;
  readonly cancelledTwice: number;
}

/**
 * Reads the books through the API alone.
 *
 * @param customers whose orders are read: everyone who took part, or those who may have an order
 * @param onProgress gets the customers whose orders are read
 */
export async function readLedger(
  store: ApiClient,
  { adminToken, products }: LoadFixtures,
  customers: readonly Shopper[],
  onProgress: (done: number) => void,
): Promise<Ledger> {
  let done = 0;
  const orders = await eachOf(customers, atOnce, async ({ id }) => {
    const found = await ordersOf(store, adminToken, id);
    done += 1;
    onProgress(done);
    return found;
  });
  const booked = await eachOf(products, atOnce, async (one) => {
    const { stock, sold } = await store.request(product, 'GET', `/product/${one.id}`);
    const { total_quantity } = await store.request(total, 'GET', `/order/product/${one.id}`);
    return { ...one, stock, sold, total: total_quantity };
  });
  return { products: booked, orders: orders.flat() };
}

async function ordersOf(store: ApiClient, token: string, customerId: string): Promise<BookedOrder[]> {
  const found: BookedOrder[] = [];
  let cursor: string | null = null;
  do {
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/order?customer_id=${customerId}&limit=100${from}`;
    const { items, next_cursor } = await store.request(page, 'GET', path, { token });
    found.push(...items.map((item) => ({ ...item, listed_under: customerId })));
    cursor = next_cursor;
  } while (cursor !== null);
  return found;
}

const unitsOf = (orders: readonly BookedOrder[], productId: string): number =>
  orders
    .flatMap(({ lines }) => lines)
    .reduce((sum, { product_id, quantity }) => sum + (product_id === productId ? quantity : 0), 0);

/** Units sold beyond what was supplied, and units that neither stock nor an order has. */
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
 * Everything that is wrong with the books of a load that is over, with the evidence; nothing if they are right.
 *
 * @param told undefined when the load broke off, so that what clients were told is not fully known
 */
export function violationsIn(books: Ledger, told: Reported | undefined): string[] {
  const { products, orders } = books;
  return [
    ...products.flatMap((one) => productFaults(one, orders)),
    ...products.flatMap((one) => leftoverFaults(one, orders, told?.short ?? [])),
    ...orderFaults(books),
    ...(told === undefined ? [] : clientFaults(orders, told)),
  ];
}

function productFaults({ id, supplied, stock, sold, total }: BookedProduct, orders: readonly BookedOrder[]) {
  const faults: string[] = [];
  const confirmed = orders.filter(({ status }) => status === 'CONFIRMED');
  const units = unitsOf(confirmed, id);
  if (stock < 0) faults.push(`product ${id}: stock is ${stock}`);
  if (stock + sold !== supplied)
    faults.push(`product ${id}: stock ${stock} + sold ${sold} is not the ${supplied} units supplied`);
  if (units !== sold) faults.push(`product ${id}: sold is ${sold}, confirmed orders hold ${units} units`);
  if (total !== sold) faults.push(`product ${id}: sold is ${sold}, GET /order/product says ${total}`);
  return faults;
}

/** Of what was refused for want of stock nothing may be left but what was given back. */
function leftoverFaults(
  { id, stock }: BookedProduct,
  orders: readonly BookedOrder[],
  short: readonly string[],
): string[] {
  const rejected = orders.filter(({ status }) => status === 'REJECTED');
  if (!short.includes(id) && unitsOf(rejected, id) === 0) return [];
  const givenBack = unitsOf(
    orders.filter(({ status }) => status === 'CANCELLED'),
    id,
  );
  return stock > givenBack
    ? [`product ${id}: orders were refused, and ${stock} units are left of which ${givenBack} came back`]
    : [];
}

function orderFaults({ products, orders }: Ledger): string[] {
  const faults: string[] = [];
  const prices = new Map(products.map(({ id, price }) => [id, price]));
  const seen = new Set<string>();
  for (const { id, customer_id, listed_under, status, lines, total, created_at } of orders) {
    if (seen.has(id)) faults.push(`order ${id}: listed twice`);
    seen.add(id);
    if (customer_id !== listed_under)
      faults.push(`order ${id}: of customer ${customer_id}, in the list of ${listed_under}`);
    if (status === 'PENDING') faults.push(`order ${id}: still PENDING, since ${created_at}`);
    for (const { product_id, unit_price } of lines)
      if (unit_price !== prices.get(product_id))
        faults.push(`order ${id}: product ${product_id} at ${unit_price}, not ${prices.get(product_id)}`);
    const sum = lines.reduce((all, { quantity, unit_price }) => all + quantity * unit_price, 0);
    if (sum !== total) faults.push(`order ${id}: its total is ${total}, its lines add up to ${sum}`);
  }
  return faults;
}

function clientFaults(orders: readonly BookedOrder[], told: Reported): string[] {
  const faults: string[] = [];
  const { taken, unknown, cancelled, cancelUnknown, contradicted, cancelledTwice } = told;
  if (orders.length < taken || orders.length > taken + unknown)
    faults.push(
      `${orders.length} orders are in the books, clients were given ${taken}` +
        ` and have ${unknown} requests without an answer`,
    );
  const ended = orders.filter(({ status }) => status === 'CANCELLED').length;
  if (ended < cancelled || ended > cancelled + cancelUnknown)
    faults.push(
      `${ended} orders are CANCELLED, clients were told so of ${cancelled}` +
        ` and have ${cancelUnknown} cancellations without an answer`,
    );
  if (contradicted > 0) faults.push(`${contradicted} repeats with a key were answered with another order`);
  if (cancelledTwice > 0) faults.push(`${cancelledTwice} orders were cancelled twice`);
  return faults;
}
