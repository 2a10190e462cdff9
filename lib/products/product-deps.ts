import { type Clock, systemClock } from '../platform/clock.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { createInventory, type Inventory } from './inventory.ts';
import { createProductStore, type ProductStore } from './product-store.ts';
import { createStockStore, type StockStore } from './stock-store.ts';

/** What a transaction over products and their stock needs. */
export interface ProductStores {
  readonly documents: Documents;
  readonly products: ProductStore;
  readonly stock: StockStore;
}

export interface ProductDeps extends ProductStores {
  readonly inventory: Inventory;
  readonly clock: Clock;
}

/** Creates what every use case of products needs, once per container. */
export function createProductDeps(tables: {
  readonly documents: Documents;
  readonly productsTable: string;
  readonly stockTable: string;
}): ProductDeps {
  const { documents, productsTable, stockTable } = tables;
  return {
    documents,
    products: createProductStore({ documents, table: productsTable }),
    stock: createStockStore({ documents, table: stockTable }),
    inventory: createInventory(tables),
    clock: systemClock,
  };
}
