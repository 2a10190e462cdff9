import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import text from '../../node_modules/swagger-ui-dist/swagger-ui.css' with { type: 'text' };
import { getDocsStylesContract } from './contracts.ts';

export const handler = publicEndpoint(getDocsStylesContract, () => ({ text }));
