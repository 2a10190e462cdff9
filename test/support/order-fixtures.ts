import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { createCartStore } from '../../lib/carts/cart-store.ts';
import { DomainError } from '../../lib/errors.ts';
import { type CheckoutDeps, type CheckoutRequest, checkout } from '../../lib/orders/checkout.ts';
import type { PlacedOrder } from '../../lib/orders/idempotency.ts';
import { createOrderDeps } from '../../lib/orders/order-deps.ts';
import type { Documents } from '../../lib/platform/dynamodb.ts';
import { newId } from '../../lib/platform/ids.ts';
import { createProduct } from '../../lib/products/create-product.ts';
import type { NewProduct } from '../../lib/products/product-input.ts';
import { withConflicts } from './conflict-injection.ts';
import { type Attempt, type Fault, withFaults } from './fault-injection.ts';
import { checkLedger } from './ledger.ts';
import { freshTables } from './tables.ts';

// Read when the metrics are made; they would be printed between the tests' results.
process.env['POWERTOOLS_METRICS_DISABLED'] = 'true';

export type Container = ReturnType<typeof containerOf>;
export type OrderFixture = Awaited<ReturnType<typeof createOrderFixture>>;

/** An empty shop of its own. Each container has its own memory and, where asked for, its own faults. */
export async function createOrderFixture() {
  const { documents, prefix, tables } = await freshTables();
  const names = { ...tables, purchases: `${prefix}-purchases` };
  const supplied: Record<string, number> = {};
  const first = containerOf(documents, names);

  return {
    ...first,
    tables: names,
    /** Units by product, for the books; tests that add stock add here too. */
    supplied,

    container(choose?: (attempt: Attempt) => Fault | undefined, parts: Partial<CheckoutDeps> = {}) {
      const faulty = withFaults(documents, choose);
      return {
        ...containerOf(faulty.documents, names, parts),
        attempts: faulty.attempts,
        calls: faulty.calls,
      };
    },

    /** A container whose transactions cancel each other as on AWS. */
    conflicting() {
      const { documents: conflicting, counts } = withConflicts(documents);
      return { ...containerOf(conflicting, names), counts };
    },

    async sell(input: Partial<NewProduct> = {}): Promise<string> {
      const complete = { name: 'Keyboard', price: 1_000, stock: 10, stock_shards: 1, ...input };
      const { product } = await createProduct(first, complete);
      supplied[product.id] = complete.stock;
      return product.id;
    },

    /** A new customer with these quantities in the cart. */
    async customer(quantities: Readonly<Record<string, number>>, customerId = newId()): Promise<string> {
      for (const [productId, quantity] of Object.entries(quantities)) {
        await first.carts.setLine(customerId, productId, quantity);
      }
      return customerId;
    },

    /** Adds units to shard 0, for the books too. */
    async supply(productId: string, units: number): Promise<void> {
      await documents.send(
        new TransactWriteCommand({
          TransactItems: first.stock.restockActions([{ product_id: productId, shard: 0, quantity: units }]),
        }),
      );
      supplied[productId] = (supplied[productId] ?? 0) + units;
    },

    books: () => checkLedger(documents, names, supplied),
  };
}

type Tables = Awaited<ReturnType<typeof freshTables>>['tables'] & { purchases: string };

function containerOf(documents: Documents, tables: Tables, parts: Partial<CheckoutDeps> = {}) {
  const deps = {
    ...createOrderDeps({
      documents,
      productsTable: tables.products,
      stockTable: tables.stock,
      ordersTable: tables.orders,
      purchasesTable: tables.purchases,
    }),
    carts: createCartStore({ documents, table: tables.carts }),
    currency: 'EUR',
    ...parts,
  };
  return {
    ...deps,
    checkout: (request: CheckoutRequest): Promise<PlacedOrder> => checkout(deps, request),
  };
}

/** The order, or the code it was refused with; a defect is thrown. */
export async function outcomeOf(placing: Promise<PlacedOrder>) {
  try {
    const { order, replayed } = await placing;
    return { order, replayed, code: undefined };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { order: undefined, replayed: false, code: error.code };
  }
}
