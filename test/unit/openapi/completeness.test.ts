import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { Contract } from '../../../lib/http/contract.ts';
import type { Area } from '../../../tools/openapi/area.ts';
import { openapiDocument } from '../../../tools/openapi/document.ts';
import { generated } from '../../../tools/openapi/generate.ts';
import { postmanCollection } from '../../../tools/openapi/postman/collection.ts';

const greet: Contract = {
  operation: 'greet',
  summary: 'Greets',
  routes: ['GET /greeting'],
  access: 'anyone',
  request: {},
  response: { status: 204 },
  errors: [],
};
const areaOf = (changes: Partial<Contract>): Area => ({
  contracts: [{ ...greet, ...changes }],
  requests: [],
  replies: [],
  operations: { greet: { description: 'Says hello.' } },
});
const documentOf = (changes: Partial<Contract>) => openapiDocument([areaOf(changes)], '1.0.0');

describe('the document is not made while it lacks', () => {
  it('nothing of this contract', () => {
    expect(documentOf({})).toMatchObject({ paths: { '/greeting': { get: { operationId: 'greet' } } } });
  });

  it('words for an operation', () => {
    expect(() => documentOf({ operation: 'part' })).toThrow('describe the operation part');
  });

  it('a parameter', () => {
    const request = { query: z.object({ volume: z.string() }) };
    expect(() => documentOf({ request })).toThrow('describe the parameter volume');
  });

  it('a header', () => {
    expect(() => documentOf({ response: { status: 204, headers: ['Echo'] } })).toThrow(
      'describe the header Echo',
    );
  });

  it('the name of a body', () => {
    expect(() => documentOf({ response: { status: 200, body: z.object({}) } })).toThrow('a body has no name');
  });
});

describe('the collection', () => {
  it('is not made while it lacks an operation of one of its folders', () => {
    const { paths, ...rest } = z
      .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) })
      .parse(generated['openapi.json']);
    const added = { ...paths['/cart/add'], put: { ...paths['/cart/add']?.['post'], operationId: 'more' } };
    const grown = { ...rest, paths: { ...paths, '/cart/add': added } };
    expect(() => postmanCollection(grown)).toThrow('more is missing in tools/openapi/postman/flow.ts');
    const { '/cart/add': _, ...fewer } = paths;
    expect(() => postmanCollection({ ...rest, paths: fewer })).toThrow(
      'addToCart has no place in folder cart',
    );
  });
});
