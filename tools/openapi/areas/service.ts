import * as docs from '../../../functions/docs/contracts.ts';
import { healthContract } from '../../../functions/service/contracts.ts';
import { fieldProblem, problem } from '../../../lib/http/problem-schema.ts';
import { type Area, component } from '../area.ts';
import { productId, requestId } from '../example-values.ts';

const shortField = {
  path: `lines.${productId}`,
  message: 'only 13 left',
  product_id: productId,
  requested: 50,
  available: 13,
};

/** The route that stands for all that do not exist is no path of the document. */
export const service: Area = {
  contracts: [...Object.values(docs), healthContract],
  requests: [],
  replies: [
    component('Health', healthContract.response.body, {
      description: 'The service is up.',
      fields: { status: 'Always `ok`.' },
      example: { status: 'ok' },
    }),
    component('OpenapiDocument', docs.getOpenapiContract.response.body, {
      description: 'An OpenAPI document.',
      fields: { openapi: 'The version of OpenAPI.', paths: 'The operations, by path and method.' },
      example: { openapi: '3.1.1', paths: {} },
    }),
    component('FieldProblem', fieldProblem, {
      description: 'One thing wrong with a request: a field, or a line of an order that cannot be served.',
      fields: {
        path: 'Such as `items.0.quantity`.',
        message: 'For people.',
        product_id: 'Of a line that cannot be served: which product.',
        requested: 'Of a line that cannot be served: units that were ordered.',
        available: 'Of a line that cannot be served: units that this customer could have.',
      },
      example: shortField,
    }),
    component('Problem', problem, {
      description: 'An error, as RFC 9457 has it.',
      fields: {
        type: 'The code as a URN.',
        title: 'The same for every error of this code.',
        status: 'The HTTP status.',
        code: 'What clients branch on.',
        detail: 'More about this occurrence, for people.',
        request_id: 'What to name when you ask for help.',
        errors: 'Each wrong field or line.',
      },
      example: {
        type: 'urn:problem-type:sellout:out_of_stock',
        title: 'Not enough stock',
        status: 409,
        code: 'out_of_stock',
        request_id: requestId,
        errors: [shortField],
      },
    }),
  ],
  operations: {
    health: { description: '200 when the service reaches its database.' },
    getDocs: {
      description: 'Swagger UI over this document, with nothing loaded from elsewhere.',
    },
    getDocsScript: { description: 'For the page alone.' },
    getDocsStyles: { description: 'For the page alone.' },
    getOpenapi: {
      description: 'OpenAPI 3.1, made from the contracts that validate every request and reply.',
    },
  },
};
