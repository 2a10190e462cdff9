import type { Documents } from '../platform/dynamodb.ts';
import { createProductDeps } from '../products/product-deps.ts';
import { createOrderMetrics } from './order-metrics.ts';
import { createOrderStore } from './order-store.ts';
import { createPurchaseStore } from './purchase-store.ts';

interface OrderTables {
  readonly documents: Documents;
  readonly productsTable: string;
  readonly stockTable: string;
  readonly ordersTable: string;
  readonly purchasesTable: string;
}

/** Creates the dependencies of every use case that decides orders, once per container. */
export function createOrderDeps(tables: OrderTables) {
  return {
    ...createProductDeps(tables),
    orders: createOrderStore({ documents: tables.documents, table: tables.ordersTable }),
    purchases: createPurchaseStore({ table: tables.purchasesTable }),
    metrics: createOrderMetrics(),
  };
}
