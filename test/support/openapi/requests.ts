import * as fc from 'fast-check';
import type { KnownValues } from './fuzz-fixture.ts';
import type { Operation, Parameter } from './operations.ts';
import { validValues } from './schema-values.ts';
import { mismatch } from './violations.ts';

/** A request without its token. */
export interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Raw body; undefined for none. */
  readonly text: string | undefined;
  /** Whether every part matches the document's schemas. */
  readonly isValid: boolean;
}

interface Parts {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** JSON values that most schemas reject. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    0,
    -1,
    0.5,
    1e308,
    2 ** 53,
    true,
    [],
    {},
    '\u0000',
    '\ud800',
    '🎉',
    'x'.repeat(300),
  ),
  fc.constantFrom<unknown>(
    51,
    101,
    1_000_001,
    100_000_000,
    1_000_000_001,
    'ADMIN',
    '../..',
    '{}',
    "' OR 1=1",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

const parametersOf = (
  { parameters }: Operation,
  arbitraryOf: (parameter: Parameter) => fc.Arbitrary<unknown>,
) =>
  fc.record(Object.fromEntries(parameters.map((parameter) => [parameter.name, arbitraryOf(parameter)])), {
    requiredKeys: parameters.filter(({ required }) => required).map(({ name }) => name),
    noNullPrototype: true,
  });

const bodyOf = ({ body }: Operation, known: KnownValues): fc.Arbitrary<unknown> =>
  body === undefined ? fc.constant(undefined) : validValues(body.schema, '', known);

/** Generates requests that match the document. */
export const validRequests = (operation: Operation, known: KnownValues): fc.Arbitrary<Request> =>
  fc
    .record({
      parameters: parametersOf(operation, ({ schema, name }) => validValues(schema, name, known)),
      body: bodyOf(operation, known),
    })
    .map((parts) => written(operation, parts))
    .filter(({ isValid }) => isValid);

/** Generates requests with unusual parts. A few may be valid. */
export function unusualRequests(operation: Operation, known: KnownValues): fc.Arbitrary<Request> {
  const parameters = parametersOf(operation, ({ schema, name }) =>
    fc.oneof({ weight: 2, arbitrary: validValues(schema, name, known) }, { weight: 1, arbitrary: odd }),
  );
  const body = bodyOf(operation, known);
  const request = fc
    .record({
      parameters,
      body: fc.oneof({ weight: 1, arbitrary: body }, { weight: 3, arbitrary: body.chain(spoilt) }),
    })
    .map((parts) => written(operation, parts));
  if (operation.method === 'GET') return request;
  return fc.oneof(
    { weight: 6, arbitrary: request },
    {
      weight: 2,
      arbitrary: fc
        .tuple(request, rawTexts)
        .map(([rest, raw]) => ({ ...rest, ...raw, fits: operation.body === undefined && rest.isValid })),
    },
  );
}

const json = { 'Content-Type': 'application/json' };

/** Bodies that are malformed JSON, too deep or too large, or have another content type. */
const rawTexts: fc.Arbitrary<Pick<Request, 'text' | 'headers'>> = fc.oneof(
  fc
    .constantFrom(
      '',
      '{',
      '[]]',
      'null',
      '"x"',
      'NaN',
      '{"__proto__":{}}',
      '{"constructor":{"prototype":{}}}',
    )
    .map((text) => ({ text, headers: json })),
  fc.string().map((text) => ({ text, headers: json })),
  fc.constant({ text: JSON.stringify({ x: 'x'.repeat(70_000) }), headers: json }),
  fc.constant({ text: `${'['.repeat(5_000)}${']'.repeat(5_000)}`, headers: json }),
  fc
    .constantFrom(
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/jsonx',
      'multipart/form-data; boundary=x',
    )
    .map((type) => ({ text: '{}', headers: { 'Content-Type': type } })),
);

/** Replaces, removes or adds one field at any depth. */
function spoilt(value: unknown): fc.Arbitrary<unknown> {
  if (Array.isArray(value))
    return fc.oneof(
      odd,
      ...value.map((item, index) => spoilt(item).map((other) => value.with(index, other))),
    );
  if (typeof value !== 'object' || value === null) return odd;
  const fields = Object.entries(value);
  return fc.oneof(
    odd,
    fc
      .tuple(fc.constantFrom('more', 'id', 'role', 'stock', 'toString'), odd)
      .map(([name, extra]) => ({ ...value, [name]: extra })),
    ...fields.map(([name]) => fc.constant(Object.fromEntries(fields.filter(([other]) => other !== name)))),
    ...fields.map(([name, field]) => spoilt(field).map((other) => ({ ...value, [name]: other }))),
  );
}

function written(operation: Operation, { parameters, body }: Parts): Request {
  const at = (place: Parameter['in']): (readonly [string, string])[] =>
    operation.parameters.flatMap(({ name, in: where }) =>
      where === place && name in parameters ? [[name, textOf(parameters[name])]] : [],
    );
  const inPath = Object.fromEntries(at('path'));
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(segment(inPath[name] ?? '')),
  );
  const query = new URLSearchParams(
    at('query').map(([name, text]): [string, string] => [name, text]),
  ).toString();
  const headers = Object.fromEntries(at('header').map(([name, text]) => [name, headerText(text)]));
  const sent = operation.method === 'GET' ? undefined : body;
  return {
    path: query === '' ? path : `${path}?${query}`,
    headers: sent === undefined ? headers : { ...json, ...headers },
    text: sent === undefined ? undefined : JSON.stringify(sent),
    isValid: fits(operation, { path: inPath, query: Object.fromEntries(at('query')), header: headers }, body),
  };
}

const textOf = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();

/** Replaces path segments that would match another route. */
const segment = (text: string): string => (['', '.', '..', 'all', 'add'].includes(text) ? 'x' : text);

/** Replaces characters that a header cannot contain, and trims, as clients do. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').trim();

function fits(
  operation: Operation,
  texts: Record<Parameter['in'], Readonly<Record<string, string>>>,
  body: unknown,
): boolean {
  const areParameters = operation.parameters.every(({ name, in: place, required, schema }, index) => {
    const text = texts[place][name];
    if (text === undefined) return !required;
    const value = schema.type === 'integer' ? Number(text) : text;
    return mismatch(`${operation.pointer}/parameters/${index}/schema`, value) === undefined;
  });
  if (operation.body === undefined) return areParameters;
  return (
    areParameters &&
    mismatch(operation.body.pointer, JSON.parse(JSON.stringify(body) ?? 'null')) === undefined
  );
}
