import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

// Reads the published document independently of its generator, so that tests notice errors of the generator.

const documentFile = join(import.meta.dirname, '../../../docs/openapi.json');

const pointer = z.object({ $ref: z.string().startsWith('#/') });

const headerSchema = z.object({ required: z.boolean().default(false), schema: z.unknown() });
const responseSchema = z.object({
  headers: z.record(z.string(), pointer),
  content: z.record(z.string(), z.unknown()).default({}),
});
const operationSchema = z.object({
  operationId: z.string(),
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
  readonly responses: ReadonlyMap<number, DocumentedResponse>;
}

export const rawDocument: object = z.looseObject({}).parse(JSON.parse(readFileSync(documentFile, 'utf8')));
const document = documentSchema.parse(rawDocument);

/** Names of all documented response headers. */
export const headerNames = Object.keys(document.components.headers);
export const isHeaderRequired = (name: string): boolean => document.components.headers[name]?.required ?? false;

const escaped = (segment: string): string => segment.replaceAll('~', '~0').replaceAll('/', '~1');
/** Returns the value at a pointer into the document. */
function resolve(reference: string): unknown {
  let found: unknown = rawDocument;
  for (const segment of reference.slice(2).split('/')) {
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    found = z.record(z.string(), z.unknown()).parse(found)[name];
  }
  return found;
}

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

const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, { operationId, responses }]): Operation => ({
      id: operationId,
      method: method.toUpperCase(),
      path,
      responses: new Map(
        Object.entries(responses).map(([status, response]) => [
          Number(status),
          responseOf(response, `#/${['paths', path, method, 'responses', status].map(escaped).join('/')}`),
        ]),
      ),
    }),
  ),
);

/** Returns the operation of a request. A literal path takes precedence over a template, as in OpenAPI. */
export function operationAt(method: string, url: string): Operation | undefined {
  const [path = ''] = url.split('?');
  const matching = operations.filter(
    (operation) =>
      operation.method === method && new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return matching.find((operation) => operation.path === path) ?? matching[0];
}
