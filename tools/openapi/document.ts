import type { Contract } from '../../lib/http/contract.ts';
import type { Area } from './area.ts';
import { headerComponents } from './headers.ts';
import { operationOf } from './operation.ts';
import { problemComponents } from './responses.ts';
import { type Json, schemaComponents } from './schemas.ts';

const introduction = `Sellout accepts orders for flash sales and never sells more units than are in stock.

**Your first order.** Create a guest with \`POST /customer/add\` and keep \`id\` and \`access_token\`. Add a product to the
cart with \`POST /cart/add\`. Order the cart with \`POST /order/add\`. An ADMIN creates products (\`POST /auth/register\`,
\`POST /auth/login\`, \`POST /product\`).

**Two ways to order.** \`POST /order/add\` confirms the cart within the request, or changes nothing. \`POST /order\` accepts
an order as PENDING and decides it in the background. Both are all-or-nothing.

**Formats.** Prices and totals are integers in the minor unit of the shop's one currency: 4990 is 49.90 USD. Times are
ISO 8601 in UTC. IDs are UUIDs. Fields are snake_case. Text lengths count Unicode code points, as in JSON Schema.

**Request bodies** are uncompressed JSON in UTF-8. Unknown and repeated fields and parameters are errors.

**Lists** return 50 items by default; set \`limit\` for fewer or more. Pass \`next_cursor\` as \`cursor\` until it is null.

**Errors** are RFC 9457 problems; branch on \`code\`. An unknown path returns 404 \`route_not_found\`; so does a path with
a trailing slash. A known path with another method returns 405 \`method_not_allowed\`, and the \`Allow\` header lists the
methods. HEAD is not supported, and OPTIONS only for browser preflights. Errors that API Gateway itself returns
(throttling, a path that cannot be decoded) are JSON with a \`message\` only.

**Retries.** Send an \`Idempotency-Key\` with orders, new products and added stock. Cart updates, product updates and
cancellations are idempotent. After a 503, wait \`Retry-After\` seconds and retry.`;

const tags = [
  { name: 'auth', description: 'Registered accounts and access tokens.' },
  { name: 'product', description: 'Products and their stock.' },
  { name: 'customer', description: 'Guest customers, who order without a password.' },
  { name: 'cart', description: 'Carts.' },
  { name: 'order', description: 'Orders: two ways to place them, reading and cancelling.' },
  { name: 'service', description: 'Health and documentation of the service.' },
];

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `access_token` from `POST /auth/login` or `POST /customer/add`.',
  },
  bootstrap: {
    type: 'apiKey',
    in: 'header',
    name: 'Bootstrap-Secret',
    description:
      'Registers the first ADMIN on stages other than `local`. It works once and has at most 200 characters.',
  },
};

/** Returns the OpenAPI 3.1 document of the areas. @throws {Error} when an operation, body, parameter or header lacks a description */
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
    servers: [{ url: '/', description: 'The server that returned this document.' }],
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

/** In the order of `operations`, because a module's exports are in alphabetical order. */
function inOrder({ contracts, operations }: Area): Contract[] {
  const order = Object.keys(operations);
  return contracts.toSorted((a, b) => order.indexOf(a.operation) - order.indexOf(b.operation));
}
