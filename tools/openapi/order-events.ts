import * as z from 'zod/mini';
import { orderEvent } from '../../lib/orders/order-event.ts';

/** The JSON Schema of the events of decided orders. It lets fields pass that it does not name: more may come. */
export const orderEventsSchema = {
  ...z.toJSONSchema(orderEvent, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // Zod says of every integer that JavaScript can hold it, which is no news to a reader.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }),
  title: 'An event of a decided order',
  description: 'What Sellout puts on its EventBridge bus; docs/events.md says how to read it.',
};
