import type { Json } from './schemas.ts';

interface Link {
  readonly description: string;
  /** Parameter of the target → where its value comes from. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Fields of the target's body that the reply decides; the client chooses the others. */
  readonly requestBody?: Json;
}

/** By the operationId of the target. */
type Links = Readonly<Record<string, Link>>;

const id = '$response.body#/id';
const customerId = '$response.body#/customer_id';

/** Within a body an expression stands in braces: OpenAPI 3.1, "Runtime Expressions". */
const embedded = (expression: string): string => `{${expression}}`;

const fromProduct: Links = {
  getProduct: { description: 'Reads the product.', parameters: { product_id: id } },
  updateProduct: { description: 'Changes the product.', parameters: { product_id: id } },
  deleteProduct: { description: 'Deletes the product.', parameters: { product_id: id } },
  getProductTotal: { description: 'Reads how many units of it were sold.', parameters: { product_id: id } },
  addStock: { description: 'Adds units of the product.', requestBody: { product_id: embedded(id) } },
  addToCart: { description: 'Puts the product in a cart.', requestBody: { product_id: embedded(id) } },
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
    getCart: { description: 'Reads the cart of the guest.', parameters: { customer_id: id } },
    addToCart: {
      description: 'Puts a product in the cart of the guest.',
      requestBody: { customer_id: embedded(id) },
    },
    checkout: {
      description: 'Orders what is in the cart of the guest.',
      requestBody: { customer_id: embedded(id) },
    },
  },
  createProduct: fromProduct,
  addProduct: fromProduct,
  getProduct: {
    updateProduct: {
      description: 'Changes the product, unless another change came first.',
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
      description: 'Orders what is in the cart.',
      requestBody: { customer_id: embedded(customerId) },
    },
  },
  checkout: fromOrder,
  submitOrder: fromOrder,
  cancelOrder: { getOrder: { description: 'Reads the order.', parameters: { order_id: id } } },
};

/** The Link Objects of an operation's success: requests that take what the reply names. */
export const linksOf = (operation: string): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(byOperation[operation] ?? {}).map(([operationId, link]) => [
      operationId,
      { operationId, ...link },
    ]),
  );
