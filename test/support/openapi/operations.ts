import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

// Written down a second time, and read from the file that users get: what the generator gets wrong shows here.

const documentFile = join(import.meta.dirname, '../../../docs/openapi.json');

const pointer = z.object({ $ref: z.string().startsWith('#/') });

/** As much of JSON Schema as the document uses in requests. */
const schemaShape = z.object({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.string()).optional(),
  anyOf: z.array(z.lazy((): z.ZodType<Schema> => schemaShape)).optional(),
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
  items: z.lazy((): z.ZodType<Schema> => schemaShape).optional(),
  properties: z
    .record(
      z.string(),
      z.lazy((): z.ZodType<Schema> => schemaShape),
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

const parameterShape = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: schemaShape,
});
export type Parameter = z.output<typeof parameterShape>;

const headerShape = z.object({ required: z.boolean().default(false), schema: z.unknown() });
const replyShape = z.object({
  headers: z.record(z.string(), pointer),
  content: z.record(z.string(), z.unknown()).default({}),
});
const operationShape = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  parameters: z.array(parameterShape).default([]),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: schemaShape }) }) })
    .optional(),
  responses: z.record(z.string(), z.union([pointer, replyShape])),
});
const documentShape = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operationShape)),
  components: z.looseObject({ headers: z.record(z.string(), headerShape) }),
});

/** A reply that the document has: where its schema stands, and its headers. */
interface DocumentedReply {
  readonly mediaType: string | undefined;
  readonly schema: string | undefined;
  readonly headers: readonly string[];
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** Of the Operation Object in the document. */
  readonly pointer: string;
  readonly parameters: readonly Parameter[];
  /** A pointer into the document. */
  readonly body: { readonly schema: Schema; readonly pointer: string } | undefined;
  readonly replies: ReadonlyMap<number, DocumentedReply>;
}

export const rawDocument: object = z.looseObject({}).parse(JSON.parse(readFileSync(documentFile, 'utf8')));
const document = documentShape.parse(rawDocument);

/** Of the headers that the document speaks of anywhere. */
export const headerNames = Object.keys(document.components.headers);
export const isHeaderRequired = (name: string): boolean =>
  document.components.headers[name]?.required ?? false;

const escaped = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');
const pointerTo = (...segments: readonly string[]): string => `#/${segments.map(escaped).join('/')}`;

/** What a pointer into the document points at. */
function resolve(reference: string): unknown {
  let found: unknown = rawDocument;
  for (const segment of reference.slice(2).split('/')) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    found = z.record(z.string(), z.unknown()).parse(found)[name];
  }
  return found;
}

export const resolveSchema = (schema: Schema): Schema =>
  schema.$ref === undefined ? schema : schemaShape.parse(resolve(schema.$ref));

function replyOf(reply: z.output<typeof pointer> | z.output<typeof replyShape>, at: string): DocumentedReply {
  if ('$ref' in reply) return replyOf(replyShape.parse(resolve(reply.$ref)), reply.$ref);
  const [mediaType] = Object.keys(reply.content);
  return {
    mediaType,
    schema: mediaType === undefined ? undefined : `${at}/content/${escaped(mediaType)}/schema`,
    headers: Object.keys(reply.headers),
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
      replies: new Map(
        Object.entries(operation.responses).map(([status, reply]) => [
          Number(status),
          replyOf(reply, pointerTo(...at, 'responses', status)),
        ]),
      ),
    };
  }),
);

/** The operation that a request names; a literal path goes before a template, as OpenAPI has it. */
export function operationAt(method: string, url: string): Operation | undefined {
  const [path = ''] = url.split('?');
  const matching = operations.filter(
    (operation) =>
      operation.method === method &&
      new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return matching.find((operation) => operation.path === path) ?? matching[0];
}
