import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { generated } from '../../../tools/openapi/generate.ts';

const jsonObject = z.record(z.string(), z.unknown());
const link = z.strictObject({
  operationId: z.string(),
  description: z.string(),
  parameters: z.optional(z.record(z.string(), z.string())),
  requestBody: z.optional(jsonObject),
});
const bodyRef = z.object({
  content: z.object({ 'application/json': z.object({ schema: z.object({ $ref: z.string() }) }) }),
});
const operation = z.object({
  operationId: z.string(),
  parameters: z._default(z.array(z.object({ name: z.string(), in: z.string() })), []),
  requestBody: z.optional(bodyRef),
  responses: z.record(
    z.string(),
    z.object({
      content: z.optional(z.unknown()),
      headers: z.optional(jsonObject),
      links: z.optional(z.record(z.string(), link)),
    }),
  ),
});
const { paths, components } = z
  .object({
    paths: z.record(z.string(), z.record(z.string(), operation)),
    components: z.object({ schemas: z.record(z.string(), z.object({ properties: jsonObject })) }),
  })
  .parse(generated['openapi.json']);

const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
const links = operations.flatMap((source) =>
  Object.entries(source.responses).flatMap(([status, { links = {} }]) =>
    Object.entries(links).map(([name, link]) => ({
      at: `${source.operationId} ${status} ${name}`,
      name,
      link,
      source,
      status,
    })),
  ),
);
type Operation = z.output<typeof operation>;

const fieldsOf = (body: unknown): string[] => {
  const parsed = bodyRef.safeParse(body);
  if (!parsed.success) return [];
  const name = parsed.data.content['application/json'].schema.$ref.replace('#/components/schemas/', '');
  return Object.keys(components.schemas[name]?.properties ?? {});
};

/** The values that a runtime expression in a link of this response can reference. */
const expressionsOf = ({ parameters, requestBody, responses }: Operation, status: string): string[] => [
  ...fieldsOf(responses[status]).map((field) => `$response.body#/${field}`),
  ...fieldsOf(requestBody).map((field) => `$request.body#/${field}`),
  ...Object.keys(responses[status]?.headers ?? {}).map((name) => `$response.header.${name}`),
  ...parameters.map((parameter) => `$request.${parameter.in}.${parameter.name}`),
];

describe('links', () => {
  it('link created resources to the operations on them', () => {
    const targets = (operationId: string) =>
      links.filter(({ source }) => source.operationId === operationId).map(({ name }) => name);
    expect(targets('createProduct')).toEqual(
      expect.arrayContaining(['getProduct', 'updateProduct', 'deleteProduct', 'addStock', 'addToCart']),
    );
    expect(targets('addCustomer')).toEqual(expect.arrayContaining(['getCart', 'addToCart', 'checkout']));
    for (const order of ['checkout', 'submitOrder']) expect(targets(order)).toEqual(['getOrder', 'cancelOrder']);
  });

  it.each(links)('$at uses an operation, parameters and fields that exist', ({ name, link }) => {
    const target = operations.find(({ operationId }) => operationId === link.operationId);
    expect(target?.operationId).toBe(name);
    const parameters = target?.parameters.map((parameter) => parameter.name);
    expect(parameters).toEqual(expect.arrayContaining(Object.keys(link.parameters ?? {})));
    expect(fieldsOf(target?.requestBody)).toEqual(expect.arrayContaining(Object.keys(link.requestBody ?? {})));
  });

  it.each(links)('$at uses response fields, headers and parameters that exist', (shown) => {
    const { link, source, status } = shown;
    const used = JSON.stringify([link.parameters, link.requestBody]).match(/\$[^"}]+/g) ?? [];
    expect(used.length).toBeGreaterThan(0);
    expect(expressionsOf(source, status)).toEqual(expect.arrayContaining(used));
  });
});
