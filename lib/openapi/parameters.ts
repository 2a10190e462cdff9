import type { Contract, RequestShape } from '../http/contract.ts';
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
      'ETags of the product, or `*`. Refused when the product has changed since; its sales do not count.',
    example: '"1.15-0"',
  },
};

/** Sent as a credential, so it stands among the security schemes. */
export const bootstrapHeader = 'bootstrap-secret';

const titleCase = (name: string): string => name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());

/** What the edge looks at itself wherever a reply may be kept; no contract names it, because nothing is refused. */
const ifNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'ETags of what you have; if one of them still holds, the answer is 304 without a body.',
  example: 'W/"47DEQpj8HBSa-_TImW-5"',
  schema: { type: 'string' },
};

/** The parameters of an operation. @throws {Error} for one that is not described here */
export const parametersOf = ({ request, reply }: Contract): Json[] => [
  ...parametersIn('path', request.params),
  ...parametersIn('query', request.query),
  ...parametersIn('header', request.headers),
  ...(reply.cacheControl === undefined ? [] : [ifNoneMatch]),
];

function parametersIn(place: 'path' | 'query' | 'header', schema: RequestShape['params']): Json[] {
  if (schema === undefined) return [];
  const { properties, required } = parameterSchemas(schema);
  return Object.entries(properties).flatMap(([name, property]) => {
    if (name === bootstrapHeader) return [];
    const words = descriptions[name];
    if (words === undefined) throw new Error(`describe the parameter ${name} in lib/openapi/parameters.ts`);
    const shown = place === 'header' ? titleCase(name) : name;
    return [{ name: shown, in: place, required: required.includes(name), ...words, schema: property }];
  });
}
