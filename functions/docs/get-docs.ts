import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { getDocsContract } from './contracts.ts';
import text from './page/page.html' with { type: 'text' };

export const handler = publicEndpoint(getDocsContract, () => ({ text }));
