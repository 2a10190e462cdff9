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
    headers: ['Cache-Control', 'ETag'],
  },
  errors: [],
});
