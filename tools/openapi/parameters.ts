import type { Contract, RequestShape } from '../../lib/http/contract.ts';
import { customerId, orderId, productId } from './example-values.ts';
import { type Json, parameterSchemas } from './schemas.ts';

const descriptions: Readonly<Record<string, string>> = {
  product_id: 'Product ID.',
  customer_id: 'Customer ID.',
  order_id: 'Order ID.',
  status: 'Returns only orders with this status.',
  limit: 'Maximum number of items to return.',
  cursor: 'The `next_cursor` of the previous page.',
  'idempotency-key':
    'Printable ASCII without spaces and commas, unique per operation that you want to perform once. A retry with the same ' +
    'key and body changes nothing: it returns the current state of what the first request created, with the same status ' +
    'code and `Idempotent-Replayed: true`. Another body with the same key fails with 422.',
  'if-match':
    'ETags of the product, for example `"1.15-0"`, or `*`. The request fails with 412 when the product has changed since. ' +
    'Sales do not count as changes.',
};

/** Only for path parameters: Swagger UI would send the example of an optional parameter by default. */
const examples: Readonly<Record<string, string>> = {
  product_id: productId,
  customer_id: customerId,
  order_id: orderId,
};

/** A credential, so the document lists it under the security schemes instead of the parameters. */
export const bootstrapHeader = 'bootstrap-secret';

const titleCase = (name: string): string => name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());

/** lib/http handles it for every cacheable response, so contracts do not declare it. */
const ifNoneMatch = {
  name: 'If-None-Match',
  in: 'header',
  required: false,
  description: 'ETags of cached responses. If one is current, the response is 304 without a body.',
  schema: { type: 'string' },
};

/** Returns the parameters of an operation. @throws {Error} for a parameter without a description in this file */
export const parametersOf = ({ request, response }: Contract): Json[] => [
  ...parametersIn('path', request.params),
  ...parametersIn('query', request.query),
  ...parametersIn('header', request.headers),
  ...(response.cacheControl === undefined ? [] : [ifNoneMatch]),
];

function parametersIn(place: 'path' | 'query' | 'header', schema: RequestShape['params']): Json[] {
  if (schema === undefined) return [];
  const { properties, required } = parameterSchemas(schema);
  return Object.entries(properties).flatMap(([name, property]) => {
    if (name === bootstrapHeader) return [];
    const description = descriptions[name];
    if (description === undefined)
      throw new Error(`Parameter ${name} has no description. Add it to tools/openapi/parameters.ts.`);
    const shown = place === 'header' ? titleCase(name) : name;
    const example = place === 'path' ? { example: examples[name] } : {};
    return [
      {
        name: shown,
        in: place,
        required: required.includes(name),
        description,
        ...example,
        schema: property,
      },
    ];
  });
}
