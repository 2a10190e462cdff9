import { DomainError } from '../errors.ts';
import { systemClock, toIso } from '../platform/clock.ts';
import type { StoredItem } from '../platform/transaction.ts';
import type { Inventory } from './inventory.ts';
import type { StockedProduct } from './product.ts';
import type { ProductChange } from './product-input.ts';
import type { ProductStores } from './product-stores.ts';
import { propagateProduct } from './propagate-product.ts';
import { readAfterWrite } from './read-product.ts';
import { repairChecksums } from './repair-checksums.ts';

/**
 * Changes a product. When it returns, every shard has the change or its version, so orders and readers from
 * then on see it, whatever they remember.
 *
 * @param expectedVersions refuses the change when the product has none of these versions by now
 * @throws {DomainError} `product_not_found`, `version_mismatch`, `invalid_request` (fewer shards than it
 *   has), `contention` (the change is made but not everywhere yet; a sweep finishes it), `unavailable` (the change
 *   holds everywhere, but the product cannot be read)
 */
export async function updateProduct(
  stores: ProductStores,
  inventory: Inventory,
  productId: string,
  change: ProductChange,
  expectedVersions?: readonly number[],
): Promise<StockedProduct> {
  const { limit_per_customer, active, name, price, stock_shards } = change;
  const expected = expectedVersions === undefined ? undefined : valuesOf(expectedVersions);
  const conditions = [
    ...(expected === undefined ? [] : [`#version IN (${Object.keys(expected).join(', ')})`]),
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
      propagating: 'yes',
      updated_at: toIso(systemClock.now()),
    },
    conditions.length === 0 ? undefined : { expression: conditions.join(' AND '), values: expected ?? {} },
  );
  if ('refused' in result) throw refusal(result.refused, expectedVersions);
  await propagateProduct(stores, inventory, result.updated);
  return mended(stores, inventory, productId);
}

/** A product whose checksums were damaged cannot be read. A change of it repairs them: see docs/runbook.md. */
async function mended(
  stores: ProductStores,
  inventory: Inventory,
  productId: string,
): Promise<StockedProduct> {
  try {
    return await readAfterWrite(inventory, productId);
  } catch (error) {
    if (!(error instanceof DomainError) || !(await repairChecksums(stores, inventory, productId)))
      throw error;
    return readAfterWrite(inventory, productId);
  }
}

/**
 * Stops selling a product for good: it is gone from lists and reads, while orders keep their lines.
 *
 * @throws {DomainError} `product_not_found`, `contention`
 */
export async function deleteProduct(
  stores: ProductStores,
  inventory: Inventory,
  productId: string,
): Promise<void> {
  const now = toIso(systemClock.now());
  const result = await stores.products.update(productId, {
    active: false,
    listed: undefined,
    propagating: 'yes',
    updated_at: now,
    deleted_at: now,
  });
  if ('refused' in result) throw refusal(result.refused);
  await propagateProduct(stores, inventory, result.updated);
}

/** As the expression's values. An empty list would be no valid expression; no product has version 0. */
const valuesOf = (versions: readonly number[]): Record<string, number> =>
  Object.fromEntries([0, ...new Set(versions)].map((version, index) => [`:expected${index}`, version]));

function refusal(old: StoredItem | undefined, expectedVersions?: readonly unknown[]): DomainError {
  if (old === undefined || old['deleted_at'] !== undefined) return new DomainError('product_not_found');
  if (expectedVersions !== undefined && !expectedVersions.includes(old['version']))
    return new DomainError('version_mismatch');
  const message = `shards can only be added; the product has ${old['stock_shards']}`;
  return new DomainError('invalid_request', { errors: [{ path: 'stock_shards', message }] });
}
