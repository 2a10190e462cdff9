import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

// Reads the published document independently of its generator, so that tests notice errors of the generator.

const documentFile = join(import.meta.dirname, '../../../docs/openapi.json');

const pointer = z.object({ $ref: z.string().startsWith('#/') });

/** The part of JSON Schema that the document uses in requests. */
const schemaSchema = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.string()).optional(),
  anyOf: z.array(z.lazy((): z.ZodType<Schema> => schemaSchema)).optional(),
  not: z.strictObject({}).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.int().optional(),
  maxItems: z.int().optional(),
  minProperties: z.int().optional(),
  items: z.lazy((): z.ZodType<Schema> => schemaSchema).optional(),
  properties: z
    .record(
      z.string(),
      z.lazy((): z.ZodType<Schema> => schemaSchema),
    )
    .optional(),
  required: z.array(z.string()).optional(),
});
export interface Schema {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  enum?: string[] | undefined;
  anyOf?: Schema[] | undefined;
  not?: object | undefined;
  format?: string | undefined;
  pattern?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  minProperties?: number | undefined;
  items?: Schema | undefined;
  properties?: Record<string, Schema> | undefined;
  required?: string[] | undefined;
}

const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: schemaSchema,
});
export type Parameter = z.output<typeof parameterSchema>;

const headerSchema = z.object({ required: z.boolean().default(false), schema: z.unknown() });
const responseSchema = z.object({
  headers: z.record(z.string(), pointer),
  content: z.record(z.string(), z.unknown()).default({}),
});
const operationSchema = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  parameters: z.array(parameterSchema).default([]),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: schemaSchema }) }) })
    .optional(),
  responses: z.record(z.string(), z.union([pointer, responseSchema])),
});
const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ headers: z.record(z.string(), headerSchema) }),
});

/** A documented response. `schema` is a pointer into the document. */
interface DocumentedResponse {
  readonly mediaType: string | undefined;
  readonly schema: string | undefined;
  readonly headers: readonly string[];
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Pointer to the Operation Object in the document. */
  readonly pointer: string;
  readonly parameters: readonly Parameter[];
  /** The schema and the pointer to it. */
  readonly body: { readonly schema: Schema; readonly pointer: string } | undefined;
  readonly responses: ReadonlyMap<number, DocumentedResponse>;
}

export const rawDocument: object = z.looseObject({}).parse(JSON.parse(readFileSync(documentFile, 'utf8')));
const document = documentSchema.parse(rawDocument);

/** Names of all documented response headers. */
export const headerNames = Object.keys(document.components.headers);
export const isHeaderRequired = (name: string): boolean =>
  document.components.headers[name]?.required ?? false;

const escaped = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');
const pointerTo = (...segments: readonly string[]): string => `#/${segments.map(escaped).join('/')}`;

/** Returns the value at a pointer into the document. */
function resolve(reference: string): unknown {
  let found: unknown = rawDocument;
  for (const segment of reference.slice(2).split('/')) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    found = z.record(z.string(), z.unknown()).parse(found)[name];
  }
  return found;
}

export const resolveSchema = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : schemaSchema.parse(resolve(schema.$ref));

function responseOf(
  response: z.output<typeof pointer> | z.output<typeof responseSchema>,
  at: string,
): DocumentedResponse {
  if ('$ref' in response) return responseOf(responseSchema.parse(resolve(response.$ref)), response.$ref);
  const [mediaType] = Object.keys(response.content);
  return {
    mediaType,
    schema: mediaType === undefined ? undefined : `${at}/content/${escaped(mediaType)}/schema`,
    headers: Object.keys(response.headers),
  };
}

export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]): Operation => {
    const at = ['paths', path, method];
    const body = operation.requestBody?.content['application/json'].schema;
    return {
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      pointer: pointerTo(...at),
      parameters: operation.parameters,
      body: body && {
        schema: body,
        pointer: pointerTo(...at, 'requestBody', 'content', 'application/json', 'schema'),
      },
      responses: new Map(
        Object.entries(operation.responses).map(([status, response]) => [
          Number(status),
          responseOf(response, pointerTo(...at, 'responses', status)),
        ]),
      ),
    };
  }),
);

/** Returns the operation of a request. A literal path takes precedence over a template, as in OpenAPI. */
export function operationAt(method: string, url: string): Operation | undefined {
  const [path = ''] = url.split('?');
  const matching = operations.filter(
    (operation) =>
      operation.method === method &&
      new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return matching.find((operation) => operation.path === path) ?? matching[0];
}
