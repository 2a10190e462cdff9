import { DomainError } from '../errors.ts';
import { systemClock, toIso } from '../platform/clock.ts';
import type { StoredItem } from '../platform/transaction.ts';
import type { Catalog } from './catalog.ts';
import type { ProductChange, StockedProduct } from './product.ts';
import type { ProductStores } from './product-stores.ts';
import { readProduct } from './read-product.ts';
import { settleProduct } from './settle-product.ts';

/**
 * Changes a product. When it returns, every shard has the change, so orders from then on see it.
 *
 * @param expectedVersion refuses the change when the product has another version by now
 * @throws {DomainError} `product_not_found`, `version_mismatch`, `invalid_request` (fewer shards than it
 *   has), `contention` (the change is made but not everywhere yet; a sweep finishes it)
 */
export async function updateProduct(
  stores: ProductStores,
  catalog: Catalog,
  productId: string,
  change: ProductChange,
  expectedVersion?: number,
): Promise<StockedProduct> {
  const { limit_per_customer, active, name, price, stock_shards } = change;
  const reachesShards = [price, active, stock_shards, limit_per_customer].some(
    (value) => value !== undefined,
  );
  const conditions = [
    ...(expectedVersion === undefined ? [] : ['#version = :expected']),
    ...(stock_shards === undefined ? [] : ['stock_shards <= :stock_shards']),
  ];
  const result = await stores.products.update(
    productId,
    {
      ...(name === undefined ? {} : { name }),
      ...(price === undefined ? {} : { price }),
      ...(stock_shards === undefined ? {} : { stock_shards }),
      ...(active === undefined ? {} : { active, listed: active ? 'yes' : undefined }),
      ...(limit_per_customer === undefined ? {} : { limit_per_customer: limit_per_customer ?? undefined }),
      ...(reachesShards ? { unsettled: 'yes' } : {}),
      updated_at: toIso(systemClock.now()),
    },
    conditions.length === 0
      ? undefined
      : {
          expression: conditions.join(' AND '),
          values: expectedVersion === undefined ? {} : { ':expected': expectedVersion },
        },
  );
  if ('refused' in result) throw refusal(result.refused, expectedVersion);
  if (reachesShards) await settleProduct(stores, catalog, result.updated);
  return readProduct(catalog, productId);
}

/**
 * Stops selling a product for good: it is gone from lists and reads, while orders keep their lines.
 *
 * @throws {DomainError} `product_not_found`, `contention`
 */
export async function deleteProduct(
  stores: ProductStores,
  catalog: Catalog,
  productId: string,
): Promise<void> {
  const now = toIso(systemClock.now());
  const result = await stores.products.update(productId, {
    active: false,
    listed: undefined,
    unsettled: 'yes',
    updated_at: now,
    deleted_at: now,
  });
  if ('refused' in result) throw refusal(result.refused);
  await settleProduct(stores, catalog, result.updated);
}

function refusal(old: StoredItem | undefined, expectedVersion?: number): DomainError {
  if (old === undefined || old['deleted_at'] !== undefined) return new DomainError('product_not_found');
  if (expectedVersion !== undefined && old['version'] !== expectedVersion)
    return new DomainError('version_mismatch');
  const message = `shards can only be added; the product has ${old['stock_shards']}`;
  return new DomainError('invalid_request', { errors: [{ path: 'stock_shards', message }] });
}
