import type { RequestShape } from '../http/contract.ts';
import { cursor, customerId, orderId, productId } from './example-values.ts';
import { type Json, parameterSchemas } from './schemas.ts';

const descriptions: Readonly<Record<string, { description: string; example?: unknown }>> = {
  product_id: { description: 'Which product.', example: productId },
  customer_id: { description: 'Which customer.', example: customerId },
  order_id: { description: 'Which order.', example: orderId },
  status: { description: 'Only orders of this status.', example: 'CONFIRMED' },
  limit: { description: 'At most so many items.', example: 50 },
  cursor: { description: "A page's `next_cursor`, to get the page after it.", example: cursor },
  'idempotency-key': {
    description:
      'Any text of your choice, new for each order. A repeat with the same key and body gives the order that the ' +
      'first request made, with its status code and `Idempotent-Replayed: true`; with another body, 422.',
    example: '12-12-first',
  },
  'if-match': {
    description:
      'An ETag of the product, or `*`. Refused when the product has changed since; its sales do not count.',
    example: '"1.15-0"',
  },
};

/** Sent as a credential, so it stands among the security schemes. */
export const bootstrapHeader = 'bootstrap-secret';

const titleCase = (name: string): string => name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());

/** The parameters of an operation. @throws {Error} for one that is not described here */
export const parametersOf = ({ params, query, headers }: RequestShape): Json[] =>
  (
    [
      ['path', params],
      ['query', query],
      ['header', headers],
    ] as const
  ).flatMap(([place, schema]) => {
    if (schema === undefined) return [];
    const { properties, required } = parameterSchemas(schema);
    return Object.entries(properties).flatMap(([name, property]) => {
      if (name === bootstrapHeader) return [];
      const words = descriptions[name];
      if (words === undefined) throw new Error(`describe the parameter ${name} in lib/openapi/parameters.ts`);
      return [
        {
          name: place === 'header' ? titleCase(name) : name,
          in: place,
          required: required.includes(name),
          ...words,
          schema: property,
        },
      ];
    });
  });
