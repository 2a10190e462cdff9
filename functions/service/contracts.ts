import * as z from 'zod/mini';
import { contract } from '../../lib/http/contract.ts';

export const healthContract = contract({
  operation: 'health',
  summary: 'Check the health of the service and its database',
  routes: ['GET /health'],
  access: 'anyone',
  request: {},
  response: { status: 200, body: z.object({ status: z.literal('ok') }) },
  errors: ['unavailable'],
});

export const notFoundContract = contract({
  operation: 'notFound',
  summary: 'Respond to requests that match no other route',
  routes: ['*'],
  access: 'anyone',
  request: {
    http: z.object({ method: z.string(), path: z.string() }),
    headers: z.object({
      origin: z.optional(z.string()),
      'access-control-request-method': z.optional(z.string()),
    }),
  },
  anyQuery: true,
  response: { status: 204 },
  errors: ['method_not_allowed', 'route_not_found'],
});
