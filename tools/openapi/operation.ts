import type * as z from 'zod/mini';
import type { Access, Contract } from '../../lib/http/contract.ts';
import type { Area, Component } from './area.ts';
import { headerRefs, limitHeaders } from './headers.ts';
import { linksOf } from './links.ts';
import { bootstrapHeader, parametersOf } from './parameters.ts';
import { problemResponses } from './responses.ts';
import { type Json, parameterSchemas } from './schemas.ts';

const accessWords: Record<Access, string> = {
  anyone: 'Access: anyone.',
  anyone_or_account: 'Access: anyone. An access token is optional.',
  account: 'Access: any account.',
  admin: 'Access: ADMIN.',
  customer: 'Access: the customer in the request.',
  customer_or_admin: 'Access: the customer in the request, or an ADMIN.',
};

/** Returns the Operation Object of a contract for one of its routes. */
export function operationOf(contract: Contract, route: string, area: Area): Json {
  const { operation, summary, access, request } = contract;
  const words = area.operations[operation];
  if (words === undefined) throw new Error(`Operation ${operation} has no description. Add it in tools/openapi/areas.`);
  const [first] = contract.routes;
  const parameters = parametersOf(contract);
  return {
    operationId: route === first ? operation : `${operation}${suffixOf(route)}`,
    tags: [tagOf(route)],
    summary,
    description: [
      ...(route === first ? [] : [`Equivalent to \`${first}\`.`]),
      words.description,
      accessWords[access],
    ].join('\n\n'),
    security: securityOf(contract),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request.body === undefined
      ? {}
      : { requestBody: { required: true, content: jsonContent(request.body, area.requests) } }),
    responses: {
      ...successesOf(contract, area, words.responseExample),
      ...problemResponses(contract),
    },
  };
}

/** The routes of one operation differ in their last segment: `/product/all` becomes `All`. */
const suffixOf = (route: string): string =>
  (route.split('/').at(-1) ?? '').replace(/^./, (letter) => letter.toUpperCase());

/** The first path segment, or `service` for operations that are not about the shop. */
function tagOf(route: string): string {
  const segment = route.split('/')[1] ?? '';
  return ['auth', 'product', 'customer', 'cart', 'order'].includes(segment) ? segment : 'service';
}

function securityOf({ access, request }: Contract): Json[] {
  if (access === 'anyone') return [{}];
  if (access !== 'anyone_or_account') return [{ bearer: [] }];
  const headers = request.headers === undefined ? {} : parameterSchemas(request.headers).properties;
  return [{}, { bearer: [] }, ...(bootstrapHeader in headers ? [{ bootstrap: [] }] : [])];
}

function successesOf(contract: Contract, area: Area, example: unknown): Json {
  const { operation, summary, response } = contract;
  const links = linksOf(operation);
  const { status, body, cacheControl } = response;
  const etag = cacheControl === undefined ? [] : ['ETag'];
  const headers = headerRefs([
    'X-Request-Id',
    'Cache-Control',
    ...limitHeaders(contract),
    ...etag,
    ...(response.headers ?? []),
  ]);
  const success = {
    description: status === 204 ? 'No content.' : `${summary}.`,
    headers,
    ...(body === undefined ? {} : { content: jsonContent(body, area.responses, example) }),
    ...(response.media === undefined ? {} : { content: { [response.media]: { schema: { type: 'string' } } } }),
    ...(Object.keys(links).length === 0 ? {} : { links }),
  };
  if (cacheControl === undefined) return { [status]: success };
  return { [status]: success, 304: { description: 'Not modified.', headers } };
}

function jsonContent(body: z.ZodMiniType, components: readonly Component[], example?: unknown): Json {
  const found = components.find(({ schema }) => schema === body);
  if (found === undefined)
    throw new Error('A request or response body has no component. Add it in tools/openapi/areas.');
  const schema = { $ref: `#/components/schemas/${found.name}` };
  return { 'application/json': { schema, example: example ?? found.example } };
}
