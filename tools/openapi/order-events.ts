import * as z from 'zod/mini';
import { orderEvent } from '../../lib/orders/order-event.ts';

/** JSON Schema of the order events. It allows additional fields, so that fields can be added later. */
export const orderEventsSchema = {
  ...z.toJSONSchema(orderEvent, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // zod gives every integer the bounds of a safe integer, which a reader does not need.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }),
  title: 'Order event',
  description: 'An event that Sellout publishes on its EventBridge bus. See docs/events.md.',
};
