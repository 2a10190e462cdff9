// Made by `npm run openapi`: a cold start does not pay for turning schemas into a document.
import document from '../../docs/openapi.json' with { type: 'json' };
import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { getOpenapiContract } from './contracts.ts';

export const handler = publicEndpoint(getOpenapiContract, () => ({ body: document }));
