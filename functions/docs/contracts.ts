import * as z from 'zod/mini';
import { contract } from '../../lib/http/contract.ts';

/** All of it changes with a deployment only. */
const cacheControl = 'public, max-age=300';

export const getOpenapiContract = contract({
  operation: 'getOpenapi',
  summary: 'This document',
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
  summary: 'A page to read this document on, and to try every request',
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
      // Its icons are data: URLs within its styles.
      'img-src data:',
      "script-src 'self'",
      "style-src 'self'",
    ].join('; '),
  },
  errors: [],
});

export const getDocsScriptContract = contract({
  operation: 'getDocsScript',
  summary: 'What runs on the page',
  routes: ['GET /docs/page.js'],
  access: 'anyone',
  request: {},
  response: { status: 200, media: 'text/javascript', cacheControl },
  errors: [],
});

export const getDocsStylesContract = contract({
  operation: 'getDocsStyles',
  summary: 'How the page looks',
  routes: ['GET /docs/page.css'],
  access: 'anyone',
  request: {},
  response: { status: 200, media: 'text/css', cacheControl },
  errors: [],
});
