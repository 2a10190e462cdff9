import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';

const specification = loadAwsServiceSpecSync();
type Properties = ReturnType<typeof specification.all<'resource'>>[number]['properties'];
type PropertyType = Properties[string]['type'];

/** Intrinsic functions, which CloudFormation replaces by a value of unknown type. */
const intrinsic = /^(Ref|Condition|Fn::\w+)$/;

/**
 * Validates a resource against AWS's published CloudFormation schemas.
 *
 * @returns one message for each unknown or missing property and each value of the wrong type
 */
export function mistakesIn(type: string, properties: unknown): string[] {
  const [schema] = specification.lookup('resource', 'cloudFormationType', 'equals', type);
  if (schema === undefined) return [`unknown resource type ${type}`];
  return mistakesOfObject(properties, schema.properties, type);
}

function mistakesOfObject(value: unknown, properties: Properties, at: string): string[] {
  if (!isObject(value)) return [`${at}: not an object`];
  const missing = Object.entries(properties).flatMap(([name, { required }]) =>
    required === true && !(name in value) ? [`${at}.${name}: missing`] : [],
  );
  const wrong = Object.entries(value).flatMap(([name, part]) => {
    const property = properties[name];
    if (property === undefined) return [`${at}.${name}: unknown property`];
    const types = [property.type, ...(property.previousTypes ?? [])];
    return mistakesOfAny(part, types, `${at}.${name}`);
  });
  return [...missing, ...wrong];
}

/** Returns no message if one of the types matches, otherwise the messages of the first type. */
function mistakesOfAny(value: unknown, types: readonly PropertyType[], at: string): string[] {
  const found = types.map((type) => mistakesOf(value, type, at));
  return found.some((mistakes) => mistakes.length === 0) ? [] : (found[0] ?? []);
}

function mistakesOf(value: unknown, type: PropertyType, at: string): string[] {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'string':
    case 'date-time':
      return expected(typeof value === 'string', 'a string', value, at);
    case 'number':
      return expected(typeof value === 'number', 'a number', value, at);
    case 'integer':
      return expected(Number.isInteger(value), 'an integer', value, at);
    case 'boolean':
      return expected(typeof value === 'boolean', 'a boolean', value, at);
    case 'json':
      return expected(isObject(value) || typeof value === 'string', 'JSON', value, at);
    case 'null':
      return expected(value === null, 'nothing', value, at);
    case 'array':
      if (!Array.isArray(value)) return [`${at}: not a list`];
      return value.flatMap((element: unknown, index) => mistakesOf(element, type.element, `${at}.${index}`));
    case 'map':
      if (!isObject(value)) return [`${at}: not an object`];
      return Object.entries(value).flatMap(([name, element]) => mistakesOf(element, type.element, `${at}.${name}`));
    case 'ref':
      return mistakesOfObject(value, specification.get('typeDefinition', type.reference).properties, at);
    case 'union':
      return mistakesOfAny(value, type.types, at);
    case 'tag':
      return expected(isObject(value) && 'Key' in value && 'Value' in value, 'a tag', value, at);
  }
}

const expected = (holds: boolean, kind: string, value: unknown, at: string): string[] =>
  holds ? [] : [`${at}: ${JSON.stringify(value)} is not ${kind}`];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isIntrinsic = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  const [name, ...others] = Object.keys(value);
  return name !== undefined && others.length === 0 && intrinsic.test(name);
};
