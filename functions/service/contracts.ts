import * as z from 'zod/mini';
import { contract } from '../../lib/http/contract.ts';

export const healthContract = contract({
  operation: 'health',
  summary: 'Whether the service answers and reaches its database',
  routes: ['GET /health'],
  access: 'anyone',
  request: {},
  reply: { status: 200, body: z.object({ status: z.literal('ok') }) },
  errors: ['unavailable'],
});

export const notFoundContract = contract({
  operation: 'notFound',
  summary: 'Any route that does not exist',
  routes: ['*'],
  access: 'anyone',
  request: {},
  anyQuery: true,
  reply: { status: 404 },
  errors: ['route_not_found'],
});
