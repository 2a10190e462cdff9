import { hash } from 'node:crypto';
import document from '../../docs/openapi.json' with { type: 'json' };
import { publicEndpoint } from '../../lib/http/endpoint.ts';
import { getOpenapiContract } from './contracts.ts';

// Made at build time by `npm run openapi`: a cold start does not pay for turning schemas into a document.
const headers = {
  'Cache-Control': 'public, max-age=300',
  ETag: `"${hash('sha256', JSON.stringify(document), 'base64url')}"`,
};

export const handler = publicEndpoint(getOpenapiContract, () => ({ body: document, headers }));
