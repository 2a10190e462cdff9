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

const retry =
  'Send an `Idempotency-Key`, and retry with the same key whenever the outcome is unknown: one key creates at most ' +
  'one order.';

export const orders: Area = {
  contracts: Object.values(contracts),
  requests: [
    component('Checkout', checkoutContract.request.body, {
      description: 'The cart to order.',
      fields: {
        customer_id: 'The customer who owns the cart; it must match the access token.',
        expected_total:
          'Total that the customer agreed to, in minor units of the currency. The request fails with `price_changed` ' +
          'when the total of the cart differs.',
      },
      example: { customer_id: customerId, expected_total: 9_980 },
    }),
    component('OrderItem', items._zod.def.element, {
      description: 'One product to order.',
      fields: { id: 'Product ID.', quantity: 'Units to order.' },
      example: { id: productId, quantity: 2 },
    }),
    component('NewOrder', submitOrderContract.request.body, {
      description: 'A new order.',
      fields: { items: 'Items with the same product are added up, to at most 1,000,000 units.' },
      example: { items: [{ id: productId, quantity: 2 }] },
    }),
  ],
  responses: [
    component('OrderLine', orderLine, {
      description: 'One product of an order, at the time of the order.',
      fields: {
        product_id: 'Product ID.',
        name: 'Name of the product when it was ordered.',
        quantity: 'Units ordered.',
        unit_price: 'Price of one unit, in minor units of the currency.',
      },
      example: line,
    }),
    component('ShortLine', shortLine, {
      description: 'A line that could not be fulfilled.',
      fields: {
        product_id: 'Product ID.',
        requested: 'Units ordered.',
        available: 'Units that the customer could have ordered.',
      },
      example: { product_id: productId, requested: 50, available: 13 },
    }),
    component('Order', orderView, {
      description:
        'An order. A PENDING order becomes CONFIRMED, REJECTED or CANCELLED. A CONFIRMED order can become CANCELLED.',
      fields: {
        id: 'Order ID.',
        customer_id: 'The customer who placed the order.',
        status: 'Only CONFIRMED orders hold stock.',
        lines: 'One line per product.',
        total: 'Sum of all lines, in minor units of the currency.',
        currency: 'ISO 4217 currency code.',
        created_at: 'Creation time, ISO 8601 in UTC.',
        decided_at: 'Time of confirmation, rejection or cancellation; absent while PENDING.',
        reason: 'Why the order was rejected.',
        short_lines: 'The lines that caused the rejection.',
      },
      example: confirmed,
    }),
    component('OrderPage', listOrdersContract.response.body, {
      description: 'A page of orders.',
      fields: {
        items: 'Newest first. A page can hold fewer items than `limit`.',
        next_cursor: 'Pass it as `cursor` to get the next page; `null` on the last page.',
      },
      example: { items: [confirmed], next_cursor: null },
    }),
    component('ProductTotal', getProductTotalContract.response.body, {
      description: 'The total quantity sold of a product.',
      fields: { product_id: 'Product ID.', total_quantity: 'Units in confirmed orders.' },
      example: { product_id: productId, total_quantity: 2 },
    }),
  ],
  operations: {
    checkout: {
      description:
        'Confirms the order within the request and empties the cart, or changes nothing. Use it when the customer ' +
        `waits for the result. ${retry}`,
    },
    submitOrder: {
      description:
        'Returns a PENDING order, which a worker decides in the background, usually within a second. Poll ' +
        '`GET /order/{order_id}` until `status` is CONFIRMED or REJECTED. Use it when one product gets more orders ' +
        `than individual transactions can handle. ${retry}`,
      responseExample: pending,
    },
    listOrders: {
      description: 'The list is eventually consistent: it can lack the newest orders. Reading an order by ID is exact.',
    },
    cancelOrder: {
      description: 'Cancels a PENDING or CONFIRMED order. The units return to stock exactly once.',
      responseExample: { ...confirmed, status: 'CANCELLED' },
    },
    getOrder: { description: 'Customers can read their own orders, an ADMIN any order.' },
    getProductTotal: { description: 'Cancelled orders are not counted.' },
  },
};
