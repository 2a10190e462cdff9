import { beforeEach, describe, expect, inject, it } from 'vitest';
import * as z from 'zod/mini';
import { createAccountStore } from '../../../lib/accounts/account-store.ts';
import { cancelOrder } from '../../../lib/orders/cancel-order.ts';
import { processOrders } from '../../../lib/orders/process-orders.ts';
import { submitOrder } from '../../../lib/orders/submit-order.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { eraseCustomer, exportCustomer } from '../../../tools/ops/customer-data.ts';
import { type CustomerStore, createCustomerStore } from '../../../tools/ops/customer-store.ts';
import { createOrderFixture, type OrderFixture } from '../../support/fixtures/order-fixtures.ts';
import { operator, runOps } from '../../support/services/run-ops.ts';

const confirm = () => Promise.resolve();
const now = () => Date.parse('2026-12-12T00:00:00.000Z');

let shop: OrderFixture;
let store: CustomerStore;
let accounts: ReturnType<typeof createAccountStore>;
let id: string;
let email: string;
let keyboard: string;
let limited: string;
beforeEach(async () => {
  shop = await createOrderFixture();
  store = createCustomerStore(shop.documents, shop.prefix);
  accounts = createAccountStore({ documents: shop.documents, table: shop.tables.accounts });
  [id, email] = [newId(), `${newId()}@example.com`];
  await register('USER');
  keyboard = await shop.sell({ price: 100 });
  limited = await shop.sell({ price: 30, limit_per_customer: 5 });
});

const register = (role: 'ADMIN' | 'USER') =>
  accounts.createRegistered({
    id,
    kind: 'registered',
    email,
    role,
    password_hash: 'the hash',
    created_at: '2026-12-11T00:00:00.000Z',
  });
const order = async (quantities: Readonly<Record<string, number>>, customerId = id) =>
  (await shop.checkout({ customerId: await shop.customer(quantities, customerId), idempotencyKey: newId() })).order;
const erase = () => eraseCustomer({ store, confirm, now }, id);

describe('exportCustomer', () => {
  it('contains account, cart, orders and purchases, but no password hash', async () => {
    const placed = await order({ [keyboard]: 1, [limited]: 2 });
    await order({ [keyboard]: 1 }, newId());
    await shop.customer({ [keyboard]: 3 }, id);
    const text = await exportCustomer(store, email);
    const exported = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    expect(exported).toMatchObject({
      account: { id, email, role: 'USER' },
      cart: [{ product_id: keyboard, quantity: 3 }],
      orders: [{ id: placed.id, total: 160, status: 'CONFIRMED' }],
      purchases: { [limited]: 2 },
    });
    expect(text).not.toContain('the hash');
    expect(await exportCustomer(store, id)).toBe(text);
  });

  it('fails for an unknown customer', async () => {
    await expect(exportCustomer(store, newId())).rejects.toThrow('Nothing is stored');
    await expect(exportCustomer(store, 'nobody@example.com')).rejects.toThrow('No account has the address');
  });
});

describe('eraseCustomer', () => {
  it('deletes account and cart, and keeps orders and every count under another ID', async () => {
    const other = await order({ [limited]: 1 }, newId());
    const orders = [await order({ [keyboard]: 1, [limited]: 2 }), await order({ [limited]: 1 })];
    await cancelOrder(shop, { orderId: (await order({ [keyboard]: 2 })).id, caller: { id, role: 'USER' } });
    await shop.customer({ [keyboard]: 3 }, id);

    expect(await erase()).toMatch(/Orders made anonymous: 3\.\n.* until 2026-12-12T01:00:00\.000Z/);

    const ledger = await shop.checkLedger();
    expect(ledger.orders).toHaveLength(4);
    const anonymous = ledger.orders.filter((one) => one.id !== other.id);
    const [owner, ...others] = new Set(anonymous.map(({ customer_id }) => customer_id));
    expect(others).toEqual([]);
    expect([id, other.customer_id]).not.toContain(owner);
    expect(anonymous.every(({ fingerprint }) => fingerprint === undefined)).toBe(true);
    expect(anonymous.map(({ total }) => total).sort()).toEqual([...orders.map(({ total }) => total), 200].sort());
    expect(await store.purchases(owner ?? '')).toEqual(new Map([[limited, 3]]));

    expect(await accounts.findByEmail(email)).toBeUndefined();
    await expect(exportCustomer(store, id)).rejects.toThrow('Nothing is stored');
    expect(await erase()).toBe(`Nothing is stored about customer ${id}.`);
    const again = newId();
    id = again;
    await register('USER');
    expect(await accounts.findByEmail(email)).toMatchObject({ id: again });
  });

  it('completes a run that was interrupted', async () => {
    await order({ [limited]: 1 });
    await order({ [limited]: 2 });
    let left = 1;
    const interrupted = {
      ...store,
      reassign: (...args: Parameters<CustomerStore['reassign']>) =>
        left-- > 0 ? store.reassign(...args) : Promise.reject(new Error('interrupted')),
    };
    await expect(eraseCustomer({ store: interrupted, confirm, now }, id)).rejects.toThrow('interrupted');
    await shop.checkLedger();
    expect(await erase()).toBe(`Erased customer ${id}. Orders made anonymous: 1.`);
    await shop.checkLedger();
  });

  it('keeps the counts exact if the order is cancelled meanwhile', async () => {
    const cancelled = await order({ [limited]: 1 });
    await order({ [limited]: 2 });
    let read = () => {};
    const isRead = new Promise<void>((resolve) => {
      read = resolve;
    });
    let go = () => {};
    const mayWrite = new Promise<void>((resolve) => {
      go = resolve;
    });
    const orders = {
      ...shop.orders,
      async get(wanted: string) {
        const found = await shop.orders.get(wanted);
        read();
        await mayWrite;
        return found;
      },
    };
    const cancelling = cancelOrder(
      { ...shop, orders },
      { orderId: cancelled.id, caller: { id: newId(), role: 'ADMIN' } },
    );
    await isRead;
    // The erasure has not reached the other order, so the old ID still counts units of the product.
    await store.reassign(cancelled, newId());
    go();
    expect(await cancelling).toMatchObject({ status: 'CANCELLED' });
    expect((await shop.checkLedger()).confirmed).toHaveLength(1);
    await erase();
    await shop.checkLedger();
  });

  it('changes nothing for an ADMIN, while an order is PENDING, or without confirmation', async () => {
    const admin = await order({ [limited]: 1 });
    const refuse = () => Promise.reject(new Error('not confirmed'));
    await expect(eraseCustomer({ store, confirm: refuse, now }, id)).rejects.toThrow('not confirmed');
    const { order: pending } = await submitOrder(shop, { customerId: id, items: [{ id: keyboard, quantity: 1 }] });
    await expect(erase()).rejects.toThrow(`PENDING: ${pending.id}`);
    await processOrders(shop, { orders: [pending], shardOffset: 0 });
    expect((await store.orders(id)).map((one) => one.id)).toContain(admin.id);
    expect(await store.account(id)).toMatchObject({ email });

    [id, email] = [newId(), `${newId()}@example.com`];
    await register('ADMIN');
    await expect(erase()).rejects.toThrow('is an ADMIN');
    expect(await store.account(id)).toMatchObject({ email });
  });

  it('asks for the ID on the command line', async () => {
    const stage = shop.prefix.replace(/^sellout-/, '');
    const environment = { ...operator, AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint') };
    const run = (answer: string) =>
      runOps(['erase-customer', '--stage', stage, '--customer', email], environment, `${answer}\n`);
    expect(await run('yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('Not confirmed') });
    expect(await run(id)).toMatchObject({ code: 0, stdout: expect.stringContaining(`Erased customer ${id}`) });
  });
});
