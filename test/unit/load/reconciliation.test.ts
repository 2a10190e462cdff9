import { describe, expect, it } from 'vitest';
import {
  discrepanciesIn,
  type Ledger,
  type ListedOrder,
  misplacedUnits,
  type ReadProduct,
  type Reported,
} from '../../load/reconciliation.ts';

const at = '2026-12-12T00:00:00.000Z';

const product = (overrides: Partial<ReadProduct> = {}): ReadProduct => ({
  id: 'p',
  kind: 'hot',
  supplied: 10,
  stock: 7,
  sold: 3,
  total: 3,
  price: 100,
  ...overrides,
});

const order = (overrides: Partial<ListedOrder> = {}): ListedOrder => ({
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

/** Three units sold in two orders and one cancelled order, without discrepancies. */
const consistent: Ledger = {
  products: [product()],
  orders: [
    order(),
    order({ id: 'o2', lines: [{ product_id: 'p', quantity: 2, unit_price: 100 }], total: 200 }),
    order({ id: 'o3', status: 'CANCELLED' }),
  ],
};
const reported: Reported = {
  accepted: 3,
  soldOut: [],
  unknown: 0,
  cancelled: 1,
  cancelUnknown: 0,
  mismatched: 0,
  cancelledTwice: 0,
};

describe('discrepanciesIn', () => {
  it('returns nothing when products, orders and responses agree', () => {
    expect(discrepanciesIn(consistent, reported)).toEqual([]);
    expect(misplacedUnits(consistent)).toEqual({ oversold: 0, lost: 0 });
  });

  it.each<[string, Ledger]>([
    ['stock + sold differs from the units supplied', { ...consistent, products: [product({ stock: 6 })] }],
    ['stock is negative', { ...consistent, products: [product({ stock: -1, supplied: 2 })] }],
    ['sold differs from the units of confirmed orders', { ...consistent, orders: consistent.orders.slice(1) }],
    ['GET /order/product returns another total', { ...consistent, products: [product({ total: 4 })] }],
    [
      'an order is still PENDING',
      { ...consistent, orders: [...consistent.orders, order({ id: 'o4', status: 'PENDING' })] },
    ],
    [
      'an order is listed twice',
      { ...consistent, orders: [...consistent.orders, order({ id: 'o3', status: 'CANCELLED' })] },
    ],
    [
      'an order is listed for another customer',
      { ...consistent, orders: [order({ listed_under: 'd' }), ...consistent.orders.slice(1)] },
    ],
    ['a line has another price than its product', { ...consistent, products: [product({ price: 99 })] }],
    [
      'a total differs from the sum of its lines',
      { ...consistent, orders: [order({ total: 101 }), ...consistent.orders.slice(1)] },
    ],
  ])('finds that %s', (_, broken) => {
    expect(discrepanciesIn(broken, undefined)).not.toEqual([]);
  });

  it.each<[string, Partial<Reported>]>([
    ['there are more orders than responses reported', { accepted: 2 }],
    ['a reported order is missing', { accepted: 4 }],
    ['more orders are cancelled than responses reported', { cancelled: 0 }],
    ['a reported cancellation is missing', { cancelled: 2 }],
    ['units are left of a product reported as sold out', { soldOut: ['p'] }],
    ['an idempotency key created a second order', { mismatched: 1 }],
    ['an order was cancelled twice', { cancelledTwice: 1 }],
  ])('finds that %s', (_, difference) => {
    expect(discrepanciesIn(consistent, { ...reported, ...difference })).toHaveLength(1);
  });

  it('finds units left of a product whose order was rejected', () => {
    const rejected = order({ id: 'o4', status: 'REJECTED' });
    expect(
      discrepanciesIn({ ...consistent, orders: [...consistent.orders, rejected] }, { ...reported, accepted: 4 }),
    ).toEqual([
      'Product p: orders were rejected as out of stock, but 7 units are left and only 1 were released by cancellations',
    ]);
  });

  it('accepts units left of a sold-out product that cancellations released', () => {
    const soldOut = { ...consistent, products: [product({ supplied: 4, stock: 1 })] };
    expect(discrepanciesIn(soldOut, { ...reported, soldOut: ['p'] })).toEqual([]);
  });

  it('allows one order per request without a response, but no more', () => {
    expect(
      discrepanciesIn(consistent, { ...reported, accepted: 1, unknown: 2, cancelled: 0, cancelUnknown: 1 }),
    ).toEqual([]);
    expect(discrepanciesIn(consistent, { ...reported, accepted: 1, unknown: 1 })).toHaveLength(1);
  });
});

describe('misplacedUnits', () => {
  it('counts oversold and lost units', () => {
    expect(misplacedUnits({ ...consistent, products: [product({ supplied: 2, stock: 0 })] })).toEqual({
      oversold: 1,
      lost: 0,
    });
    expect(misplacedUnits({ ...consistent, products: [product({ stock: 5 })] })).toEqual({
      oversold: 0,
      lost: 2,
    });
  });
});
