import type * as z from 'zod/mini';
import * as contracts from '../../../functions/orders/contracts.ts';
import { orderLine, orderView, shortLine } from '../../../lib/orders/order.ts';
import { type Area, component } from '../area.ts';
import { customerId, orderId, productId, time } from '../example-values.ts';

const { checkoutContract, submitOrderContract, listOrdersContract, getProductTotalContract } = contracts;

const line = { product_id: productId, name: 'Sneakers', quantity: 2, unit_price: 4_990 };
const pending: z.input<typeof orderView> = {
  id: orderId,
  customer_id: customerId,
  status: 'PENDING',
  lines: [line],
  total: 9_980,
  currency: 'USD',
  created_at: time,
};
const confirmed: typeof pending = { ...pending, status: 'CONFIRMED', decided_at: time };
const items = submitOrderContract.request.body.shape.items;

const repeat =
  'Send an `Idempotency-Key`, and repeat the request with it whenever you do not know how it ended: one key ' +
  'makes at most one order.';

export const orders: Area = {
  contracts: Object.values(contracts),
  requests: [
    component('Checkout', checkoutContract.request.body, {
      description: 'Whose cart to order.',
      fields: {
        customer_id: 'You, by your token.',
        expected_total:
          'In minor units of the currency. When the cart comes to another total the answer is `price_changed`.',
      },
      example: { customer_id: customerId, expected_total: 9_980 },
    }),
    component('OrderItem', items._zod.def.element, {
      description: 'One product to order.',
      fields: { id: 'Which product.', quantity: 'Units.' },
      example: { id: productId, quantity: 2 },
    }),
    component('NewOrder', submitOrderContract.request.body, {
      description: 'What to order.',
      fields: { items: 'Items that name one product twice are summed, to at most 1,000,000 units.' },
      example: { items: [{ id: productId, quantity: 2 }] },
    }),
  ],
  replies: [
    component('OrderLine', orderLine, {
      description: 'One product of an order, as it was ordered.',
      fields: {
        product_id: 'Which product.',
        name: 'Its name when it was ordered.',
        quantity: 'Units.',
        unit_price: 'What one unit cost, in minor units of the currency.',
      },
      example: line,
    }),
    component('ShortLine', shortLine, {
      description: 'A line that could not be served.',
      fields: {
        product_id: 'Which product.',
        requested: 'Units that were ordered.',
        available: 'Units that this customer could have had.',
      },
      example: { product_id: productId, requested: 50, available: 13 },
    }),
    component('Order', orderView, {
      description:
        'An order. PENDING becomes CONFIRMED, REJECTED or CANCELLED; CONFIRMED can become CANCELLED.',
      fields: {
        id: 'Names the order in other requests.',
        customer_id: 'Whose order.',
        status: 'Only a CONFIRMED order has taken stock.',
        lines: 'One for each product.',
        total: 'The sum of all lines, in minor units of the currency.',
        currency: 'ISO 4217.',
        created_at: 'ISO 8601, UTC.',
        decided_at: 'When it was confirmed, rejected or cancelled; missing while PENDING.',
        reason: 'Why it was rejected.',
        short_lines: 'Which lines it was rejected for.',
      },
      example: confirmed,
    }),
    component('OrderPage', listOrdersContract.response.body, {
      description: 'A page of orders.',
      fields: {
        items: 'Newest first. A page may hold fewer than were asked for.',
        next_cursor: 'Pass it as `cursor` to get the next page; `null` at the end.',
      },
      example: { items: [confirmed], next_cursor: null },
    }),
    component('ProductTotal', getProductTotalContract.response.body, {
      description: 'How much of a product was sold.',
      fields: { product_id: 'Which product.', total_quantity: 'Units in confirmed orders.' },
      example: { product_id: productId, total_quantity: 2 },
    }),
  ],
  operations: {
    checkout: {
      description:
        'Way one to order: the cart becomes a CONFIRMED order within the request and is empty afterwards, or ' +
        `nothing changes. Take it where the customer waits for a final answer. ${repeat}`,
    },
    submitOrder: {
      description:
        'Way two to order: the answer is a PENDING order, which is decided in the background, usually within a ' +
        'second; poll `GET /order/{order_id}` until `status` is CONFIRMED or REJECTED. Take it where more orders ' +
        `arrive than single transactions on one product can carry. ${repeat}`,
      replyExample: pending,
    },
    listOrders: { description: 'What was ordered a moment ago may be missing yet; a read by id is exact.' },
    cancelOrder: {
      description: 'PENDING and CONFIRMED orders can be cancelled. The units go back on sale exactly once.',
      replyExample: { ...confirmed, status: 'CANCELLED' },
    },
    getOrder: { description: 'Yours, or any for an ADMIN.' },
    getProductTotal: { description: 'Cancelled orders do not count.' },
  },
};
