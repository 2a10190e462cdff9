import { describe, expect, it } from 'vitest';
import {
  type BookedOrder,
  type BookedProduct,
  type Ledger,
  misplacedUnits,
  type Reported,
  violationsIn,
} from '../../load/reconciliation.ts';

const at = '2026-12-12T00:00:00.000Z';

const product = (overrides: Partial<BookedProduct> = {}): BookedProduct => ({
  id: 'p',
  kind: 'hot',
  supplied: 10,
  stock: 7,
  sold: 3,
  total: 3,
  price: 100,
  ...overrides,
});

const order = (overrides: Partial<BookedOrder> = {}): BookedOrder => ({
  id: 'o1',
  customer_id: 'c',
  listed_under: 'c',
  status: 'CONFIRMED',
  lines: [{ product_id: 'p', quantity: 1, unit_price: 100 }],
  total: 100,
  created_at: at,
  decided_at: at,
  ...overrides,
});

/** Three units sold in two orders, one order cancelled: all as it must be. */
const right: Ledger = {
  products: [product()],
  orders: [
    order(),
    order({ id: 'o2', lines: [{ product_id: 'p', quantity: 2, unit_price: 100 }], total: 200 }),
    order({ id: 'o3', status: 'CANCELLED' }),
  ],
};
const told: Reported = {
  taken: 3,
  short: [],
  unknown: 0,
  cancelled: 1,
  cancelUnknown: 0,
  contradicted: 0,
  cancelledTwice: 0,
};

describe('the books of a load', () => {
  it('are right when units, orders and what clients were told agree', () => {
    expect(violationsIn(right, told)).toEqual([]);
    expect(misplacedUnits(right)).toEqual({ oversold: 0, lost: 0 });
  });

  it.each<[string, Ledger]>([
    ['stock and sold are not what was supplied', { ...right, products: [product({ stock: 6 })] }],
    ['stock is below zero', { ...right, products: [product({ stock: -1, supplied: 2 })] }],
    ['sold is not what confirmed orders hold', { ...right, orders: right.orders.slice(1) }],
    ['the total of the product is another', { ...right, products: [product({ total: 4 })] }],
    ['an order is PENDING', { ...right, orders: [...right.orders, order({ id: 'o4', status: 'PENDING' })] }],
    [
      'an order is listed twice',
      { ...right, orders: [...right.orders, order({ id: 'o3', status: 'CANCELLED' })] },
    ],
    [
      'an order is in the list of another customer',
      { ...right, orders: [order({ listed_under: 'd' }), ...right.orders.slice(1)] },
    ],
    ['a price is not that of the product', { ...right, products: [product({ price: 99 })] }],
    [
      'a total is not that of its lines',
      { ...right, orders: [order({ total: 101 }), ...right.orders.slice(1)] },
    ],
  ])('are wrong when %s', (_, broken) => {
    expect(violationsIn(broken, undefined)).not.toEqual([]);
  });

  it.each<[string, Partial<Reported>]>([
    ['there are more orders than clients were given', { taken: 2 }],
    ['an order that a client was given is missing', { taken: 4 }],
    ['more orders are cancelled than clients were told', { cancelled: 0 }],
    ['a cancellation that a client was told of did not happen', { cancelled: 2 }],
    ['an order was refused while units were left that nobody gave back', { short: ['p'] }],
    ['a key made a second order', { contradicted: 1 }],
    ['an order was cancelled twice', { cancelledTwice: 1 }],
  ])('are wrong when %s', (_, difference) => {
    expect(violationsIn(right, { ...told, ...difference })).toHaveLength(1);
  });

  it('are wrong when an order is rejected of a product that is not sold out', () => {
    const rejected = order({ id: 'o4', status: 'REJECTED' });
    expect(violationsIn({ ...right, orders: [...right.orders, rejected] }, { ...told, taken: 4 })).toEqual([
      'product p: orders were refused, and 7 units are left of which 1 came back',
    ]);
  });

  it('are right when what is left of a product that was sold out was given back', () => {
    const soldOut = { ...right, products: [product({ supplied: 4, stock: 1 })] };
    expect(violationsIn(soldOut, { ...told, short: ['p'] })).toEqual([]);
  });

  it('leave room for requests without an answer, and no more', () => {
    expect(violationsIn(right, { ...told, taken: 1, unknown: 2, cancelled: 0, cancelUnknown: 1 })).toEqual(
      [],
    );
    expect(violationsIn(right, { ...told, taken: 1, unknown: 1 })).toHaveLength(1);
  });

  it('name what is wrong', () => {
    expect(violationsIn({ ...right, products: [product({ stock: 6 })] }, told)).toEqual([
      'product p: stock 6 + sold 3 is not the 10 units supplied',
    ]);
  });

  it('count units that were sold and not supplied, and units that nobody has', () => {
    expect(misplacedUnits({ ...right, products: [product({ supplied: 2, stock: 0 })] })).toEqual({
      oversold: 1,
      lost: 0,
    });
    expect(misplacedUnits({ ...right, products: [product({ stock: 5 })] })).toEqual({ oversold: 0, lost: 2 });
  });
});
