import * as z from 'zod/mini';
import { contract } from '../../lib/http/contract.ts';

export const getOpenapiContract = contract({
  operation: 'getOpenapi',
  summary: 'This document',
  routes: ['GET /openapi.json'],
  access: 'anyone',
  request: {},
  reply: {
    status: 200,
    body: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }),
    // It changes with a deployment only.
    cacheControl: 'public, max-age=300',
  },
  errors: [],
});
