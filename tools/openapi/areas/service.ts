import * as docs from '../../../functions/docs/contracts.ts';
import { healthContract } from '../../../functions/service/contracts.ts';
import { fieldProblem, problem } from '../../../lib/http/problem-schema.ts';
import { type Area, component } from '../area.ts';
import { productId, requestId } from '../example-values.ts';

const shortField = {
  path: `lines.${productId}`,
  message: 'Only 13 left',
  product_id: productId,
  requested: 50,
  available: 13,
};

/** Without the catch-all route, which is not a path of its own. */
export const service: Area = {
  contracts: [...Object.values(docs), healthContract],
  requests: [],
  responses: [
    component('Health', healthContract.response.body, {
      description: 'The health of the service.',
      fields: { status: 'Always `ok`.' },
      example: { status: 'ok' },
    }),
    component('OpenapiDocument', docs.getOpenapiContract.response.body, {
      description: 'An OpenAPI document.',
      fields: { openapi: 'OpenAPI version.', paths: 'The operations by path and method.' },
      example: { openapi: '3.1.1', paths: {} },
    }),
    component('FieldProblem', fieldProblem, {
      description: 'An invalid field of a request, or a line of an order that cannot be fulfilled.',
      fields: {
        path: 'Path of the field, for example `items.0.quantity`.',
        message: 'Explanation for people.',
        product_id: 'Product ID of a line that cannot be fulfilled.',
        requested: 'Units requested in a line that cannot be fulfilled.',
        available: 'Units that the customer could order instead.',
      },
      example: shortField,
    }),
    component('Problem', problem, {
      description: 'An error (RFC 9457).',
      fields: {
        type: 'The code as a URN.',
        title: 'Short description, the same for every error with this code.',
        status: 'HTTP status.',
        code: 'Stable code for clients to branch on.',
        detail: 'Explanation of this occurrence, for people.',
        request_id: 'ID of the request, for support.',
        errors: 'The invalid fields or lines.',
      },
      example: {
        type: 'urn:problem-type:sellout:out_of_stock',
        title: 'Insufficient stock',
        status: 409,
        code: 'out_of_stock',
        request_id: requestId,
        errors: [shortField],
      },
    }),
  ],
  operations: {
    health: { description: 'Returns 200 when the service can read from its database.' },
    getDocs: {
      description: 'Swagger UI for this document. It loads nothing from other hosts.',
    },
    getDocsScript: { description: 'Used by `GET /docs`.' },
    getDocsStyles: { description: 'Used by `GET /docs`.' },
    getOpenapi: {
      description: 'Generated from the contracts that validate every request and response.',
    },
  },
};
