import type { Json } from '../schemas.ts';
import { flow, type Step, variables } from './flow.ts';
import { type DocumentedOperation, documentedOperations, tagDescriptions } from './operations.ts';

const introduction = `"Run collection" starts with an empty shop, places an order in both ways and cancels one of them. Each request
checks the status and the JSON schema of its response and stores what later requests need in collection variables. You
can run the collection repeatedly.

Set \`baseUrl\`. On stages other than \`local\`, also set \`bootstrapSecret\` for the first run, which registers the ADMIN.
Later runs need only \`adminEmail\` and \`adminPassword\`.`;

/**
 * Returns a Postman collection (format 2.1) of the operations of the OpenAPI document.
 *
 * @throws {Error} when an operation is missing from the flow, or in a folder other than its tag
 */
export function postmanCollection(openapi: Json): Json {
  const operations = documentedOperations(openapi).filter(({ tags: [tag] }) => tag in flow);
  const descriptions = tagDescriptions(openapi);
  const sent = new Set(Object.values(flow).flatMap((steps) => steps.map(({ operation }) => operation)));
  const missing = operations.find(({ operationId }) => !sent.has(operationId));
  if (missing !== undefined)
    throw new Error(`Operation ${missing.operationId} is missing in tools/openapi/postman/flow.ts.`);

  const itemOf = (folder: string, step: Step): Json => {
    const operation = operations.find(({ operationId }) => operationId === step.operation);
    if (operation?.tags[0] !== folder)
      throw new Error(`Operation ${step.operation} does not have the tag ${folder} of its folder.`);
    return item(operation, step);
  };
  return {
    info: {
      name: 'Sellout',
      description: introduction,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: Object.entries(flow).map(([name, steps]) => ({
      name,
      description: descriptions.get(name),
      item: steps.map((step) => itemOf(name, step)),
    })),
    variable: Object.entries(variables).map(([key, value]) => ({ key, value })),
  };
}

function item(operation: DocumentedOperation, step: Step): Json {
  const scripts = { prerequest: step.before ?? [], test: testLines(operation, step) };
  return {
    name: step.name ?? operation.summary,
    event: Object.entries(scripts)
      .filter(([, exec]) => exec.length > 0)
      .map(([listen, exec]) => ({ listen, script: { type: 'text/javascript', exec } })),
    request: {
      method: operation.method,
      description: operation.description,
      auth:
        step.token === undefined
          ? { type: 'noauth' }
          : { type: 'bearer', bearer: [{ key: 'token', value: `{{${step.token}}}`, type: 'string' }] },
      header: valuesOf(operation, step, 'header'),
      url: urlOf(operation, step),
      ...(operation.body === undefined ? {} : { body: bodyOf(operation.body, step) }),
    },
    response: [],
  };
}

/** Returns the parameters of one location. Parameters that the step does not set are disabled. */
const valuesOf = ({ parameters }: DocumentedOperation, step: Step, place: 'path' | 'query' | 'header'): Json[] =>
  parameters
    .filter((parameter) => parameter.in === place)
    .map(({ name, description, example }) => {
      const value = step.parameters?.[name];
      return {
        key: name,
        value: value ?? example,
        description,
        ...(value === undefined ? { disabled: true } : {}),
      };
    });

function urlOf(operation: DocumentedOperation, step: Step): Json {
  const path = operation.path.replace(/\{(\w+)\}/g, ':$1');
  const query = valuesOf(operation, step, 'query');
  const variable = valuesOf(operation, step, 'path');
  const sent = query.filter(({ disabled }) => disabled !== true).map(({ key, value }) => `${key}=${value}`);
  return {
    raw: `{{baseUrl}}${path}${sent.length === 0 ? '' : `?${sent.join('&')}`}`,
    host: ['{{baseUrl}}'],
    path: path.slice(1).split('/'),
    ...(query.length === 0 ? {} : { query }),
    ...(variable.length === 0 ? {} : { variable }),
  };
}

/** Returns the example of the document, with the fields of the step. */
function bodyOf(example: Json, { body = {} }: Step): Json {
  const shown = Object.entries(example).map(([name, value]) => [name, JSON.stringify(value)]);
  const fields = Object.entries<string | undefined>({ ...Object.fromEntries(shown), ...body });
  const lines = fields.flatMap(([name, json]) => (json === undefined ? [] : [`  "${name}": ${json}`]));
  return { mode: 'raw', raw: `{\n${lines.join(',\n')}\n}`, options: { raw: { language: 'json' } } };
}

function testLines(
  { status, schema }: DocumentedOperation,
  { otherStatuses = [], after = [], saves = {} }: Step,
): string[] {
  const statuses = [status, ...otherStatuses];
  const schemaTest =
    schema === undefined
      ? []
      : [
          `const schema = ${JSON.stringify(schema)};`,
          `if (pm.response.code === ${status}) pm.test('matches the documented schema', () => pm.response.to.have.jsonSchema(schema));`,
        ];
  return [
    `pm.test('returns ${statuses.join(' or ')}', () => pm.expect(pm.response.code).to.be.oneOf([${statuses.join(', ')}]));`,
    ...schemaTest,
    ...after,
    ...Object.entries(saves).map(
      ([variable, field]) => `pm.collectionVariables.set('${variable}', pm.response.json().${field});`,
    ),
  ];
}
