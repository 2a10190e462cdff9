import * as contracts from '../../../functions/carts/contracts.ts';
import { cartLineView, cartView } from '../../../lib/carts/cart-view.ts';
import { type Area, component } from '../area.ts';
import { customerId, productId } from '../example-values.ts';

const { addToCartContract, removeFromCartContract } = contracts;

const customer_id = 'Whose cart; yours, by your token.';
const unit_price = 'What one unit costs now, in minor units of the currency.';
const line = { product_id: productId, name: 'Sneakers', quantity: 2, unit_price: 4_990, available: 15 };
const empty = { customer_id: customerId, lines: [], total: 0 };

export const carts: Area = {
  contracts: Object.values(contracts),
  requests: [
    component('CartAddition', addToCartContract.request.body, {
      description: 'How many of a product are wanted.',
      fields: {
        customer_id,
        product_id: 'Which product.',
        quantity: 'Units wanted in all, not in addition.',
      },
      example: { customer_id: customerId, product_id: productId, quantity: 2 },
    }),
    component('CartRemoval', removeFromCartContract.request.body, {
      description: 'A product that is not wanted any more.',
      fields: { customer_id, product_id: 'Which product; one that is not in the cart does no harm.' },
      example: { customer_id: customerId, product_id: productId },
    }),
  ],
  replies: [
    component('CartLine', cartLineView, {
      description: 'One product in a cart.',
      fields: {
        product_id: 'Which product.',
        name: 'Its name now.',
        quantity: 'Units wanted.',
        unit_price,
        available: 'Units that can be bought now; 0 when the product is not for sale.',
        reason:
          'Why an order of this line would be refused now; missing when nothing speaks against it. Units that were ' +
          'bought before and count towards a purchase limit are not looked at.',
      },
      example: line,
    }),
    component('Cart', cartView, {
      description: 'A cart with prices and stock as they are now. It reserves nothing.',
      fields: {
        customer_id: 'Whose cart.',
        lines: 'At most 50, one for each product.',
        total: 'The sum of the lines without a `reason`, in minor units of the currency.',
      },
      example: { customer_id: customerId, lines: [line], total: 9_980 },
    }),
  ],
  operations: {
    getCart: { description: 'A customer who never put anything in has an empty cart.' },
    addToCart: { description: 'A repeat changes nothing more. Stock is not looked at until you order.' },
    removeFromCart: { description: 'A repeat changes nothing more.', replyExample: empty },
  },
};
