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
  responses: [],
  operations: { greet: { description: 'Says hello.' } },
});
const documentOf = (changes: Partial<Contract>) => openapiDocument([areaOf(changes)], '1.0.0');

describe('openapiDocument', () => {
  it('documents a contract that has descriptions for everything', () => {
    expect(documentOf({})).toMatchObject({ paths: { '/greeting': { get: { operationId: 'greet' } } } });
  });

  it('throws for an operation without a description', () => {
    expect(() => documentOf({ operation: 'part' })).toThrow('Operation part has no description');
  });

  it('throws for a parameter without a description', () => {
    const request = { query: z.object({ volume: z.string() }) };
    expect(() => documentOf({ request })).toThrow('Parameter volume has no description');
  });

  it('throws for a header without a description', () => {
    expect(() => documentOf({ response: { status: 204, headers: ['Echo'] } })).toThrow(
      'Header Echo has no description',
    );
  });

  it('throws for a body without a component', () => {
    expect(() => documentOf({ response: { status: 200, body: z.object({}) } })).toThrow('body has no component');
  });
});

describe('postmanCollection', () => {
  it('throws for an operation that is missing from the flow or has another tag', () => {
    const { paths, ...rest } = z
      .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))) })
      .parse(generated['openapi.json']);
    const added = { ...paths['/cart/add'], put: { ...paths['/cart/add']?.['post'], operationId: 'more' } };
    const grown = { ...rest, paths: { ...paths, '/cart/add': added } };
    expect(() => postmanCollection(grown)).toThrow('Operation more is missing in tools/openapi/postman/flow.ts');
    const { '/cart/add': _, ...fewer } = paths;
    expect(() => postmanCollection({ ...rest, paths: fewer })).toThrow(
      'Operation addToCart does not have the tag cart',
    );
  });
});
