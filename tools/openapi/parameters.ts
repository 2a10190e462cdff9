import type { Contract, RequestShape } from '../../lib/http/contract.ts';
import { customerId, orderId, productId } from './example-values.ts';
import { type Json, parameterSchemas } from './schemas.ts';

const descriptions: Readonly<Record<string, string>> = {
  product_id: 'Which product.',
  customer_id: 'Which customer.',
  order_id: 'Which order.',
  status: 'Only orders of this status.',
  limit: 'At most so many items.',
  cursor: "A page's `next_cursor`, to get the page after it.",
  'idempotency-key':
    'Printable ASCII of your choice without spaces and commas, new for each thing that you want done. A repeat with the same key and body changes ' +
    'nothing more: it gives what the first request made, as it is now, with the same status code and ' +
    '`Idempotent-Replayed: true`. With another body the answer is 422.',
  'if-match':
    'ETags of the product such as `"1.15-0"`, or `*`. Refused when the product has changed since; its sales do ' +
    'not count.',
};

/** For paths alone: a page that tries requests would send an optional parameter's example without being asked. */
const examples: Readonly<Record<string, string>> = {
  product_id: productId,
  customer_id: customerId,
  order_id: orderId,
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
  schema: { type: 'string' },
};

/** The parameters of an operation. @throws {Error} for one that is not described here */
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
      throw new Error(`describe the parameter ${name} in tools/openapi/parameters.ts`);
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
