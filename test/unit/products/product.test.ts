import { describe, expect, it } from 'vitest';
import { etagOf, productView, viewOf } from '../../../lib/products/product.ts';
import { newProduct, productChange } from '../../../lib/products/product-input.ts';
import { productOf, shardOf, stocked } from '../../support/fixtures/domain-builders.ts';

describe('a product as clients see it', () => {
  it('sums its shards', () => {
    const product = productOf({ stock_shards: 2 });
    const shards = [shardOf(product, 0, { stock: 3, sold: 1 }), shardOf(product, 1, { stock: 4, sold: 2 })];
    expect(viewOf({ product, shards }, 'EUR')).toMatchObject({ stock: 7, sold: 3, currency: 'EUR' });
  });

  it('shows no purchase limit as null', () => {
    expect(viewOf(stocked([1]), 'EUR').limit_per_customer).toBeNull();
    expect(viewOf(stocked([1], { limit_per_customer: 3 }), 'EUR').limit_per_customer).toBe(3);
  });

  it('shows nothing of how it is stored', () => {
    const view = productView.parse(viewOf(stocked([1], { propagating: 'yes' }), 'EUR'));
    expect(view).not.toHaveProperty('propagating');
    expect(view).not.toHaveProperty('shards');
  });

  it('has an ETag that changes with its version, its stock and its sales', () => {
    const view = viewOf(stocked([5]), 'EUR');
    const tags = [view, { ...view, version: 2 }, { ...view, stock: 4 }, { ...view, sold: 1 }].map(etagOf);
    expect(tags[0]).toMatch(/^"1\.[\w-]+"$/);
    expect(new Set(tags).size).toBe(4);
  });
});

describe('a change to a product', () => {
  it.each([
    ['nothing', {}],
    ['stock', { stock: 5 }],
    ['an unknown field', { colour: 'red' }],
    ['no shards', { stock_shards: 0 }],
    ['33 shards', { stock_shards: 33 }],
    ['a price below zero', { price: -1 }],
    ['part of a cent', { price: 1.5 }],
    ['a purchase limit of zero', { limit_per_customer: 0 }],
    ['a blank name', { name: '   ' }],
  ])('that names %s is refused', (_, change) => {
    expect(productChange.safeParse(change).success).toBe(false);
  });

  it('points to add-stock when it names stock', () => {
    const result = productChange.safeParse({ stock: 5 });
    expect(result.error?.issues[0]?.message).toContain('add-stock');
  });

  it('may lift the purchase limit', () => {
    expect(productChange.parse({ limit_per_customer: null })).toEqual({ limit_per_customer: null });
  });
});

describe('a new product', () => {
  const valid = { name: 'Keyboard', stock: 0, price: 0 };

  it('may have no stock and cost nothing', () => {
    expect(newProduct.parse(valid)).toEqual(valid);
  });

  it.each([
    ['stock below zero', { stock: -1 }],
    ['more stock than a billion', { stock: 1_000_000_001 }],
    ['a price as text', { price: '5' }],
    ['an endless name', { name: 'x'.repeat(201) }],
    ['a version', { version: 7 }],
  ])('with %s is refused', (_, wrong) => {
    expect(newProduct.safeParse({ ...valid, ...wrong }).success).toBe(false);
  });
});
