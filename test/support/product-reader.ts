import { createProductReader } from '../../lib/products/product-browser.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import type { Container, Shop } from './order-fixtures.ts';

/** What GET /product and GET /product/{id} do in a container of their own, whose reads are listed. */
export function openReader(shop: Shop, cacheUrl?: string, container: Container = shop) {
  const tables = {
    documents: container.documents,
    products: container.products,
    productsTable: shop.tables.products,
    stockTable: shop.tables.stock,
    currency: 'EUR',
  };
  const cache = createProductCache({ productsTable: tables.productsTable, cacheUrl });
  return { cache, ...createProductReader(tables, cache) };
}
