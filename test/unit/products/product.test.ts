import { describe, expect, it } from 'vitest';
import { etagOf, product, productView, viewOf } from '../../../lib/products/product.ts';
import { newProduct, productChange } from '../../../lib/products/product-input.ts';
import { productOf, shardOf, stocked } from '../../support/fixtures/domain-builders.ts';

describe('product', () => {
  it('reads an item without a currency as USD', () => {
    const { currency, ...item } = productOf();
    expect(product.parse(item).currency).toBe('USD');
  });
});

describe('viewOf', () => {
  it('sums the shards', () => {
    const product = productOf({ stock_shards: 2 });
    const shards = [shardOf(product, 0, { stock: 3, sold: 1 }), shardOf(product, 1, { stock: 4, sold: 2 })];
    expect(viewOf({ product, shards })).toMatchObject({ stock: 7, sold: 3, currency: 'EUR' });
  });

  it('shows a missing purchase limit as null', () => {
    expect(viewOf(stocked([1])).limit_per_customer).toBeNull();
    expect(viewOf(stocked([1], { limit_per_customer: 3 })).limit_per_customer).toBe(3);
  });

  it('omits stored fields that are not part of the view', () => {
    const view = productView.parse(viewOf(stocked([1], { propagating: 'yes' })));
    expect(view).not.toHaveProperty('propagating');
    expect(view).not.toHaveProperty('shards');
  });
});

describe('etagOf', () => {
  it('changes with the version, the stock and the units sold', () => {
    const view = viewOf(stocked([5]));
    const tags = [view, { ...view, version: 2 }, { ...view, stock: 4 }, { ...view, sold: 1 }].map(etagOf);
    expect(tags[0]).toMatch(/^"1\.[\w-]+"$/);
    expect(new Set(tags).size).toBe(4);
  });
});

describe('productChange', () => {
  it.each([
    ['no fields', {}],
    ['stock', { stock: 5 }],
    ['an unknown field', { colour: 'red' }],
    ['0 shards', { stock_shards: 0 }],
    ['33 shards', { stock_shards: 33 }],
    ['a negative price', { price: -1 }],
    ['a fractional price', { price: 1.5 }],
    ['a purchase limit of zero', { limit_per_customer: 0 }],
    ['a blank name', { name: '   ' }],
  ])('rejects %s', (_, change) => {
    expect(productChange.safeParse(change).success).toBe(false);
  });

  it('refers to add-stock in its error for stock', () => {
    const result = productChange.safeParse({ stock: 5 });
    expect(result.error?.issues[0]?.message).toContain('add-stock');
  });

  it('accepts null to remove the purchase limit', () => {
    expect(productChange.parse({ limit_per_customer: null })).toEqual({ limit_per_customer: null });
  });
});

describe('newProduct', () => {
  const valid = { name: 'Keyboard', stock: 0, price: 0 };

  it('accepts zero stock and a zero price', () => {
    expect(newProduct.parse(valid)).toEqual(valid);
  });
});
