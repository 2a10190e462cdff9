import * as fc from 'fast-check';
import type { Known } from './fuzz-fixture.ts';
import { resolveSchema, type Schema } from './operations.ts';

/** Made by the service, and good for nothing else than to be sent back. */
const opaque = ['cursor', 'If-Match', 'If-None-Match'];

/** Values that the schema takes, of things that exist where any are known by the field's name. */
export function fitting(schema: Schema, name: string, known: Known): fc.Arbitrary<unknown> {
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
    if (anyOf !== undefined) return fc.oneof(...anyOf.map((option) => fitting(option, name, known)));
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
    throw new Error(`no values for ${name}: ${JSON.stringify(schema)}`);
  };
  return values.length === 0
    ? made()
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: made() });
}

/** A local part has at most 64 characters (RFC 5321, section 4.5.3.1.1): what the format says beyond the pattern. */
const isAddress = (text: string) => text.indexOf('@') <= 64;

/** The bounds more often than chance would have it. */
const integers = ({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema) =>
  fc.oneof(
    fc.constantFrom(minimum, maximum),
    fc.integer({ min: minimum, max: maximum }),
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 9) }),
  );

/** Two code units, and one character. */
const wide = '🎉';

/** By code points, as JSON Schema counts, with wide characters up to each bound where the pattern takes them. */
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

const arrays = ({ items = {}, minItems = 0, maxItems = 5 }: Schema, name: string, known: Known) =>
  fc.array(fitting(items, name, known), { minLength: minItems, maxLength: Math.min(maxItems, 5) });

const objects = ({ properties = {}, required = [], minProperties = 0 }: Schema, known: Known) => {
  const fields = Object.entries(properties).filter(([, { not }]) => not === undefined);
  return fc
    .record(Object.fromEntries(fields.map(([name, field]) => [name, fitting(field, name, known)])), {
      requiredKeys: required,
      noNullPrototype: true,
    })
    .filter((value) => Object.keys(value).length >= minProperties);
};
