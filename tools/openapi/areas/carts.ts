import * as contracts from '../../../functions/carts/contracts.ts';
import { cartLineView, cartView } from '../../../lib/carts/cart-view.ts';
import { type Area, component } from '../area.ts';
import { customerId, productId } from '../example-values.ts';

const { addToCartContract, removeFromCartContract } = contracts;

const customer_id = 'The customer who owns the cart; it must match the access token.';
const unit_price = 'Current price of one unit, in minor units of the currency.';
const line = { product_id: productId, name: 'Sneakers', quantity: 2, unit_price: 4_990, available: 15 };
const empty = { customer_id: customerId, lines: [], total: 0 };

export const carts: Area = {
  contracts: Object.values(contracts),
  requests: [
    component('CartAddition', addToCartContract.request.body, {
      description: 'The quantity of a product in the cart.',
      fields: {
        customer_id,
        product_id: 'Product ID.',
        quantity: 'The new total quantity. It replaces the earlier quantity.',
      },
      example: { customer_id: customerId, product_id: productId, quantity: 2 },
    }),
    component('CartRemoval', removeFromCartContract.request.body, {
      description: 'The product to remove.',
      fields: { customer_id, product_id: 'Product ID. Removing a product that is not in the cart succeeds.' },
      example: { customer_id: customerId, product_id: productId },
    }),
  ],
  responses: [
    component('CartLine', cartLineView, {
      description: 'One product in a cart.',
      fields: {
        product_id: 'Product ID.',
        name: 'Current name of the product.',
        quantity: 'Units in the cart.',
        unit_price,
        available: 'Units in stock; 0 when the product is not on sale.',
        reason:
          'Why an order of this line would fail now. Absent when it would succeed. The check ignores units that the ' +
          'customer bought earlier, which count towards a purchase limit.',
      },
      example: line,
    }),
    component('Cart', cartView, {
      description: 'A cart with current prices and stock. A cart does not reserve stock.',
      fields: {
        customer_id: 'The customer who owns the cart.',
        lines: 'At most 50 lines, one per product.',
        total: 'Sum of the lines without a `reason`, in minor units of the currency.',
      },
      example: { customer_id: customerId, lines: [line], total: 9_980 },
    }),
  ],
  operations: {
    getCart: { description: 'Returns an empty cart for a customer who has not added anything.' },
    addToCart: { description: 'Idempotent: sets the quantity. Stock is checked when you order.' },
    removeFromCart: { description: 'Idempotent.', responseExample: empty },
  },
};
