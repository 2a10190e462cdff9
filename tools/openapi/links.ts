import type { Json } from './schemas.ts';

interface Link {
  readonly description: string;
  /** Parameter of the target operation → source of its value. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Body fields of the target operation that the response determines. The client chooses the others. */
  readonly requestBody?: Json;
}

/** Keyed by the operationId of the target operation. */
type Links = Readonly<Record<string, Link>>;

const id = '$response.body#/id';
const customerId = '$response.body#/customer_id';

/** An expression inside a body is in braces: OpenAPI 3.1, "Runtime Expressions". */
const embedded = (expression: string): string => `{${expression}}`;

const fromProduct: Links = {
  getProduct: { description: 'Reads the product.', parameters: { product_id: id } },
  updateProduct: { description: 'Changes the product.', parameters: { product_id: id } },
  deleteProduct: { description: 'Deletes the product.', parameters: { product_id: id } },
  getProductTotal: { description: 'Reads the total units sold.', parameters: { product_id: id } },
  addStock: { description: 'Adds units to the stock.', requestBody: { product_id: embedded(id) } },
  addToCart: { description: 'Adds the product to a cart.', requestBody: { product_id: embedded(id) } },
  submitOrder: {
    description: 'Orders one unit of the product.',
    requestBody: { items: [{ id: embedded(id), quantity: 1 }] },
  },
};

const fromOrder: Links = {
  getOrder: { description: 'Reads the order.', parameters: { order_id: id } },
  cancelOrder: { description: 'Cancels the order.', parameters: { order_id: id } },
};

const byOperation: Readonly<Record<string, Links>> = {
  register: {
    login: {
      description: 'Logs in to the new account.',
      requestBody: {
        email: embedded('$request.body#/email'),
        password: embedded('$request.body#/password'),
      },
    },
  },
  addCustomer: {
    getCart: { description: "Reads the guest's cart.", parameters: { customer_id: id } },
    addToCart: {
      description: "Adds a product to the guest's cart.",
      requestBody: { customer_id: embedded(id) },
    },
    checkout: {
      description: "Orders the guest's cart.",
      requestBody: { customer_id: embedded(id) },
    },
  },
  createProduct: fromProduct,
  addProduct: fromProduct,
  getProduct: {
    updateProduct: {
      description: 'Changes the product if nobody changed it in the meantime.',
      parameters: { product_id: '$request.path.product_id', 'If-Match': '$response.header.ETag' },
    },
  },
  addToCart: {
    getCart: { description: 'Reads the cart.', parameters: { customer_id: customerId } },
    removeFromCart: {
      description: 'Removes the product from the cart.',
      requestBody: {
        customer_id: embedded(customerId),
        product_id: embedded('$request.body#/product_id'),
      },
    },
    checkout: {
      description: 'Orders the cart.',
      requestBody: { customer_id: embedded(customerId) },
    },
  },
  checkout: fromOrder,
  submitOrder: fromOrder,
  cancelOrder: { getOrder: { description: 'Reads the order.', parameters: { order_id: id } } },
};

/** Returns the Link Objects of a successful response: requests that use values from it. */
export const linksOf = (operation: string): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(byOperation[operation] ?? {}).map(([operationId, link]) => [operationId, { operationId, ...link }]),
  );
