import * as z from 'zod/mini';
import { contract } from '../../lib/http/contract.ts';

/** These responses change only with a deployment. */
const cacheControl = 'public, max-age=300';

export const getOpenapiContract = contract({
  operation: 'getOpenapi',
  summary: 'Get this document',
  routes: ['GET /openapi.json'],
  access: 'anyone',
  request: {},
  response: {
    status: 200,
    body: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }),
    cacheControl,
  },
  errors: [],
});

export const getDocsContract = contract({
  operation: 'getDocs',
  summary: 'Get the API reference page',
  routes: ['GET /docs'],
  access: 'anyone',
  request: {},
  response: {
    status: 200,
    media: 'text/html',
    cacheControl,
    contentSecurityPolicy: [
      "default-src 'none'",
      "base-uri 'none'",
      "connect-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      // The icons are data: URLs in the stylesheet.
      'img-src data:',
      "script-src 'self'",
      "style-src 'self'",
    ].join('; '),
  },
  errors: [],
});

export const getDocsScriptContract = contract({
  operation: 'getDocsScript',
  summary: 'Get the script of the API reference page',
  routes: ['GET /docs/page.js'],
  access: 'anyone',
  request: {},
  response: { status: 200, media: 'text/javascript', cacheControl },
  errors: [],
});

export const getDocsStylesContract = contract({
  operation: 'getDocsStyles',
  summary: 'Get the styles of the API reference page',
  routes: ['GET /docs/page.css'],
  access: 'anyone',
  request: {},
  response: { status: 200, media: 'text/css', cacheControl },
  errors: [],
});
