import type { Contract } from '../../lib/http/contract.ts';
import type { Area } from './area.ts';
import { headerComponents } from './headers.ts';
import { operationOf } from './operation.ts';
import { problemComponents } from './responses.ts';
import { type Json, schemaComponents } from './schemas.ts';

const introduction = `Sellout takes orders for flash sales and never sells more than there is.

**The first order.** Make a guest with \`POST /customer/add\` and keep \`id\` and \`access_token\`; put a product
in the cart with \`POST /cart/add\`; order it with \`POST /order/add\`. Products are made by an ADMIN
(\`POST /auth/register\`, \`POST /auth/login\`, \`POST /product\`).

**Two ways to order.** \`POST /order/add\` turns the cart into a CONFIRMED order within the request, or changes
nothing. \`POST /order\` accepts an order at once, PENDING, and decides it in the background. Both are wholly or
not at all.

**Units.** Prices and totals are integers in the minor unit of the store's one currency: 4990 is 49.90 USD. Times
are ISO 8601 in UTC, ids are UUIDs, fields are snake_case. Lengths of texts count Unicode code points, as JSON Schema
does.

**Bodies** are JSON in UTF-8, not compressed. Unknown fields and parameters are refused, and so are those that are
given twice.

**Lists** give 50 items, or \`limit\`; pass \`next_cursor\` as \`cursor\` until it is null.

**Errors** are RFC 9457 problems; branch on \`code\`. A path that is not in this document answers 404
\`route_not_found\`, also one with a slash at its end. A path that is, with a method that it does not have, answers 405
\`method_not_allowed\`; its header \`Allow\` names those that it has. There is no HEAD, and no OPTIONS but the
preflights of browsers. What API Gateway refuses before a function runs (its own throttling, a path that cannot be
decoded) is JSON with a \`message\` alone.

**Repeating.** Orders, new products and added stock take an \`Idempotency-Key\`. Setting a cart's line, changing a product and cancelling may be
repeated without harm. Repeat a 503 after \`Retry-After\` seconds.`;

const tags = [
  { name: 'auth', description: 'Accounts with a password, and access tokens.' },
  { name: 'product', description: 'What is sold, and how much of it there is.' },
  { name: 'customer', description: 'Guests, who buy without a password.' },
  { name: 'cart', description: 'What a customer is about to order.' },
  { name: 'order', description: 'Two ways to order; reading and cancelling orders.' },
  { name: 'service', description: 'About the service itself.' },
];

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `access_token` of `POST /auth/login` or `POST /customer/add`.',
  },
  bootstrap: {
    type: 'apiKey',
    in: 'header',
    name: 'Bootstrap-Secret',
    description:
      'Makes the first ADMIN where the stage is not `local`. It works once, and has at most 200 characters.',
  },
};

/** The OpenAPI 3.1 document of these areas. @throws {Error} when something in them is not described */
export function openapiDocument(areas: readonly Area[], version: string): Json {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sellout',
      version,
      summary: 'An order backend for flash sales that never oversells',
      description: introduction,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The server that this document came from.' }],
    tags,
    paths: pathsOf(areas),
    components: {
      securitySchemes,
      headers: headerComponents,
      schemas: schemaComponents(areas),
      ...problemComponents(areas.flatMap(({ contracts }) => contracts)),
    },
  };
}

function pathsOf(areas: readonly Area[]): Json {
  const routes = areas.flatMap((area) =>
    inOrder(area).flatMap((contract) =>
      contract.routes.map((route) => {
        const [method = '', path = ''] = route.split(' ');
        return { path, method: method.toLowerCase(), operation: operationOf(contract, route, area) };
      }),
    ),
  );
  return Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, operations]) => [
      path,
      Object.fromEntries(operations.map(({ method, operation }) => [method, operation])),
    ]),
  );
}

/** As the words for them stand; a module's exports come by the alphabet. */
function inOrder({ contracts, operations }: Area): Contract[] {
  const order = Object.keys(operations);
  return contracts.toSorted((a, b) => order.indexOf(a.operation) - order.indexOf(b.operation));
}
