import * as z from 'zod/mini';
import type { Json } from '../schemas.ts';

const jsonObject = z.record(z.string(), z.unknown());
const content = z.object({
  'application/json': z.object({ schema: jsonObject, example: z.optional(z.unknown()) }),
});
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string(),
  tags: z.tuple([z.string()]),
  parameters: z._default(
    z.array(
      z.object({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        description: z.string(),
        example: z._default(z.string(), ''),
      }),
    ),
    [],
  ),
  requestBody: z.optional(z.object({ content })),
  responses: z.record(z.string(), z.object({ content: z.optional(z.unknown()) })),
});
const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), jsonObject) }),
});

const tagged = z.object({ tags: z.array(z.object({ name: z.string(), description: z.string() })) });

/** Returns the description of each tag. */
export const tagDescriptions = (openapi: Json): ReadonlyMap<string, string> =>
  new Map(tagged.parse(openapi).tags.map(({ name, description }) => [name, description]));

/** The parts of an operation that a collection uses. */
export type DocumentedOperation = ReturnType<typeof documentedOperations>[number];

/** Returns the operations of the OpenAPI document, each with its success response and a schema without references. */
export function documentedOperations(openapi: Json) {
  const { paths, components } = document.parse(openapi);

  /** Postman validates with JSON Schema draft 7, where a reference cannot have siblings. */
  function resolved(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolved);
    if (typeof value !== 'object' || value === null) return value;
    const { description: _, $ref, ...rest } = jsonObject.parse(value);
    const name = typeof $ref === 'string' ? $ref.replace('#/components/schemas/', '') : undefined;
    if (name !== undefined) return resolved(components.schemas[name]);
    return Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, resolved(part)]));
  }

  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses, requestBody, ...rest }]) => {
      const [status, success] = Object.entries(responses)[0] ?? [];
      const shown = content.safeParse(success?.content);
      return {
        ...rest,
        method: method.toUpperCase(),
        path,
        status: Number(status),
        schema: shown.success ? resolved(shown.data['application/json'].schema) : undefined,
        body: jsonObject.safeParse(requestBody?.content['application/json'].example).data,
      };
    }),
  );
}
