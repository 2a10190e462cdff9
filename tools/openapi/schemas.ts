import * as z from 'zod/mini';
import type { Area, Component } from './area.ts';

export type Json = Readonly<Record<string, unknown>>;

const uri = (id: string): string => `#/components/schemas/${id}`;
const jsonObject = z.record(z.string(), z.unknown());

/** Returns all named schemas. A field with a default is optional in a request and required in a response. */
export const schemaComponents = (areas: readonly Area[]): Json => ({
  ...named(
    areas.flatMap(({ requests }) => requests),
    'input',
  ),
  ...named(
    areas.flatMap(({ responses }) => responses),
    'output',
  ),
});

function named(components: readonly Component[], io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string; description: string; minProperties?: number }>();
  for (const { name, schema, description, also } of components)
    registry.add(schema, { id: name, description, ...also });
  const { schemas } = z.toJSONSchema(registry, { io, uri, metadata: registry });
  return Object.fromEntries(
    components.map(({ name, fields }) => {
      const { $schema, $id, properties, ...rest } = jsonObject.parse(schemas[name]);
      const described = Object.entries(jsonObject.parse(properties)).map(([field, schema]) => [
        field,
        {
          ...(io === 'input' ? jsonObject.parse(schema) : withoutSafeIntegers(schema)),
          description: fields[field],
        },
      ]);
      return [name, { ...rest, properties: Object.fromEntries(described) }];
    }),
  );
}

/** Returns the JSON Schema of parameters as clients send them. */
export function parameterSchemas(schema: z.ZodMiniType): {
  readonly properties: Json;
  readonly required: readonly string[];
} {
  const shape = z.object({ properties: jsonObject, required: z._default(z.array(z.string()), []) });
  return shape.parse(z.toJSONSchema(schema, { io: 'input' }));
}

/** Removes the safe-integer bounds that zod gives every integer; in a response they carry no information. */
function withoutSafeIntegers(schema: unknown): Json {
  const { minimum, maximum, ...rest } = jsonObject.parse(schema);
  return {
    ...rest,
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}
