import { accessTokenSeconds } from '../../lib/accounts/access-token.ts';
import type { Account } from '../../lib/accounts/account.ts';
import { type Order, orderView } from '../../lib/orders/order.ts';
import { toIso } from '../../lib/platform/clock.ts';
import { newId } from '../../lib/platform/ids.ts';
import type { CustomerStore } from './customer-store.ts';
import { OperatorError } from './operator-error.ts';

/** Reads of the orders, which an index lists with a delay. */
const maxPasses = 5;

interface CustomerData {
  readonly id: string;
  readonly account: Account | undefined;
  readonly cart: { readonly product_id: string; readonly quantity: number }[];
  readonly orders: readonly Order[];
  readonly purchases: ReadonlyMap<string, number>;
}

/** @param customer an ID, or the email address of an account */
async function readCustomer(store: CustomerStore, customer: string): Promise<CustomerData> {
  const id = customer.includes('@') ? await store.idOf(customer) : customer;
  if (id === undefined)
    throw new OperatorError(`No account has the address ${customer}. If an earlier run deleted it, use its ID.`);
  const [account, cart, orders, purchases] = await Promise.all([
    store.account(id),
    store.cart(id),
    store.orders(id),
    store.purchases(id),
  ]);
  return { id, account, cart: [...cart.lines], orders, purchases };
}

const isUnknown = ({ account, cart, orders, purchases }: CustomerData): boolean =>
  account === undefined && cart.length === 0 && orders.length === 0 && purchases.size === 0;

/**
 * Returns everything that the tables hold about a customer, as JSON and without the password hash.
 *
 * @throws {OperatorError} if the customer is unknown
 */
export async function exportCustomer(store: CustomerStore, customer: string): Promise<string> {
  const data = await readCustomer(store, customer);
  if (isUnknown(data)) throw new OperatorError(`Nothing is stored about customer ${data.id}.`);
  const { account = { id: data.id }, cart, orders, purchases } = data;
  const { password_hash: _, ...shown } = { password_hash: undefined, ...account };
  const exported = {
    account: shown,
    cart,
    orders: orders.map((order) => orderView.parse(order)),
    purchases: Object.fromEntries(purchases),
  };
  return JSON.stringify(exported, null, 2);
}

/**
 * Deletes a customer's account and cart and gives the orders to a new, random customer ID. Orders, stock and purchase counts
 * stay as they are. Safe to repeat, also after an interruption.
 *
 * @param confirm asks the operator; gets what will happen and what to type
 * @returns what was done and what is left to do
 * @throws {OperatorError} for an ADMIN, while orders are PENDING, or without confirmation; nothing was changed
 * @throws {Error} when something is left: run it again
 */
export async function eraseCustomer(
  { store, confirm, now }: { store: CustomerStore; confirm: Confirm; now: () => number },
  customer: string,
): Promise<string> {
  const data = await readCustomer(store, customer);
  if (isUnknown(data)) return `Nothing is stored about customer ${data.id}.`;
  const { id, account, orders } = data;
  if (account?.role === 'ADMIN') throw new OperatorError(`${id} is an ADMIN. Only customers can be erased.`);
  const pending = orders.filter(({ status }) => status === 'PENDING').map((order) => order.id);
  if (pending.length > 0)
    throw new OperatorError(`Orders are PENDING: ${pending.join(', ')}. Run decide-orders, or wait, then repeat.`);
  await confirm(`This deletes account and cart of ${id} and makes ${orders.length} orders anonymous, for good.`, id);

  if (account !== undefined) await store.deleteAccount(account);
  await store.deleteCart(id);
  const count = await makeAnonymous(store, id);
  const { purchases } = await readCustomer(store, id);
  if (!(await store.deletePurchases(id, [...purchases.keys()])))
    throw new Error('Purchases of orders that are not listed yet are left. Run the command again.');
  const done = `Erased customer ${id}. Orders made anonymous: ${count}.`;
  if (account === undefined) return done;
  const expiry = toIso(now() + accessTokenSeconds[account.kind] * 1_000);
  return `${done}\nThe customer's tokens can create a cart and orders until ${expiry}. Run the command again after that.`;
}

type Confirm = (consequence: string, answer: string) => Promise<void>;

/** @returns the number of orders */
async function makeAnonymous(store: CustomerStore, id: string): Promise<number> {
  // Orders keep one customer in common, so that purchase counts stay comparable with them.
  const anonymous = newId();
  let count = 0;
  for (let pass = 0; pass < maxPasses; pass++) {
    const orders = await store.orders(id);
    if (orders.length === 0) return count;
    for (const order of orders) if (order.status !== 'PENDING' && (await store.reassign(order, anonymous))) count++;
  }
  throw new Error('Orders arrived or changed meanwhile and are left. Run the command again.');
}
