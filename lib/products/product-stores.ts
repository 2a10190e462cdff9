import type { Documents } from '../platform/dynamodb.ts';
import { createProductStore, type ProductStore } from './product-store.ts';
import { createStockStore, type StockStore } from './stock-store.ts';

/** Products and their stock are written together, so they are passed together. */
export interface ProductStores {
  readonly documents: Documents;
  readonly products: ProductStore;
  readonly stock: StockStore;
}

export const createProductStores = (deps: {
  documents: Documents;
  productsTable: string;
  stockTable: string;
}): ProductStores => ({
  documents: deps.documents,
  products: createProductStore({ documents: deps.documents, table: deps.productsTable }),
  stock: createStockStore({ documents: deps.documents, table: deps.stockTable }),
});
