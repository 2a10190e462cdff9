import { systemClock } from '../platform/clock.ts';
import type { Documents } from '../platform/dynamodb.ts';
import { createInventory, type Inventory } from '../products/inventory.ts';
import { createProductStore, type ProductStore } from '../products/product-store.ts';
import { type CartStore, createCartStore } from './cart-store.ts';

export interface CartDeps {
  readonly carts: CartStore;
  readonly products: Pick<ProductStore, 'get'>;
  readonly inventory: Inventory;
  readonly currency: string;
}

/** Creates what every use case of carts needs, once per container. */
export function createCartDeps(tables: {
  readonly documents: Documents;
  readonly cartsTable: string;
  readonly productsTable: string;
  readonly stockTable: string;
  readonly currency: string;
}): CartDeps {
  const { documents, cartsTable, productsTable, currency } = tables;
  return {
    carts: createCartStore({ documents, table: cartsTable, clock: systemClock }),
    products: createProductStore({ documents, table: productsTable }),
    inventory: createInventory(tables),
    currency,
  };
}
