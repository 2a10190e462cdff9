import { createProductBrowser } from '../../lib/products/product-browser.ts';
import { createProductCache } from '../../lib/products/product-cache.ts';
import type { Container, OrderFixture } from './order-fixtures.ts';

/** What GET /product and GET /product/{id} do in a container of their own, whose reads are listed. */
export function openBrowser(shop: OrderFixture, cacheUrl?: string, container: Container = shop) {
  const tables = {
    documents: container.documents,
    products: container.products,
    productsTable: shop.tables.products,
    stockTable: shop.tables.stock,
    currency: 'EUR',
  };
  const cache = createProductCache({ productsTable: tables.productsTable, cacheUrl });
  return { cache, ...createProductBrowser(tables, cache) };
}
