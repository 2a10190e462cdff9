// Imported by path, because local builds bundle files but not packages.

import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import swaggerUi from '../../node_modules/swagger-ui-dist/swagger-ui-bundle.js' with { type: 'text' };
import { getDocsScriptContract } from './contracts.ts';
import start from './page/page.js' with { type: 'text' };

const text = `${swaggerUi}\n${start}`;

export const handler = publicEndpoint(getDocsScriptContract, () => ({ text }));
