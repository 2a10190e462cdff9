import * as fc from 'fast-check';
import type { KnownValues } from './fuzz-fixture.ts';
import { resolveSchema, type Schema } from './operations.ts';

/** Opaque values: clients can only send back what the service returned. */
const opaque = ['cursor', 'If-Match', 'If-None-Match'];

/** Generates values that match the schema, preferably known ones. @param name of the field or parameter */
export function validValues(schema: Schema, name: string, known: KnownValues): fc.Arbitrary<unknown> {
  const {
    type,
    anyOf,
    enum: choices,
    format,
    pattern,
    maxLength = 40,
    minLength = 0,
  } = resolveSchema(schema);
  const values = known(name);
  if (opaque.includes(name)) return fc.constantFrom(...values);
  const made = (): fc.Arbitrary<unknown> => {
    if (choices !== undefined) return fc.constantFrom(...choices);
    if (anyOf !== undefined) return fc.oneof(...anyOf.map((option) => validValues(option, name, known)));
    if (type === 'boolean') return fc.boolean();
    if (type === 'null') return fc.constant(null);
    if (type === 'integer') return integers(resolveSchema(schema));
    if (type === 'array') return arrays(resolveSchema(schema), name, known);
    if (type === 'object') return objects(resolveSchema(schema), known);
    if (format === 'uuid') return fc.uuid();
    if (type === 'string')
      return texts(minLength, maxLength, new RegExp(pattern ?? '', 'u')).filter(
        (text) => format !== 'email' || isAddress(text),
      );
    throw new Error(`Cannot generate values for ${name}: ${JSON.stringify(schema)}`);
  };
  return values.length === 0
    ? made()
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: made() });
}

/** The format `email` also limits the local part to 64 characters (RFC 5321, section 4.5.3.1.1). */
const isAddress = (text: string) => text.indexOf('@') <= 64;

/** Generates integers, with the bounds more often than by chance. */
const integers = ({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema) =>
  fc.oneof(
    fc.constantFrom(minimum, maximum),
    fc.integer({ min: minimum, max: maximum }),
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 9) }),
  );

/** One character of two code units. */
const wide = '🎉';

/** Generates text. Lengths count code points, as in JSON Schema; wide characters test each bound. */
function texts(minLength: number, maxLength: number, pattern: RegExp): fc.Arbitrary<string> {
  const made = pattern.test(wide.repeat(Math.max(minLength, 1)))
    ? fc.oneof(
        fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 20), unit: 'grapheme' }),
        fc
          .constantFrom(minLength, minLength + 1, maxLength - 1, maxLength)
          .map((length) => wide.repeat(length)),
      )
    : fc.stringMatching(pattern);
  return made.filter((text) => {
    const length = [...text].length;
    return length >= minLength && length <= maxLength && pattern.test(text);
  });
}

const arrays = ({ items = {}, minItems = 0, maxItems = 5 }: Schema, name: string, known: KnownValues) =>
  fc.array(validValues(items, name, known), { minLength: minItems, maxLength: Math.min(maxItems, 5) });

const objects = ({ properties = {}, required = [], minProperties = 0 }: Schema, known: KnownValues) => {
  const fields = Object.entries(properties).filter(([, { not }]) => not === undefined);
  return fc
    .record(Object.fromEntries(fields.map(([name, field]) => [name, validValues(field, name, known)])), {
      requiredKeys: required,
      noNullPrototype: true,
    })
    .filter((value) => Object.keys(value).length >= minProperties);
};
