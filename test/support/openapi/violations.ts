import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import { headerNames, isHeaderRequired, type Operation, rawDocument } from './operations.ts';

const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
// ajv's `email` is stricter than the service; the document also has a pattern.
ajv.addFormat('email', true);
ajv.addSchema(rawDocument, 'openapi.json');

function validatorAt(pointer: string): ValidateFunction {
  const validator = ajv.getSchema(`openapi.json${pointer}`);
  if (validator === undefined) throw new Error(`The document has no schema at ${pointer}`);
  return validator;
}

/** Returns why the value does not match the schema at the pointer; undefined if it does. */
function mismatch(pointer: string, value: unknown): string | undefined {
  const validator = validatorAt(pointer);
  return validator(value) ? undefined : ajv.errorsText(validator.errors);
}

interface ReceivedResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or undefined if the body is empty. */
  readonly body: unknown;
}

/** Returns the differences between a response and its documentation. */
export function violationsOf(operation: Operation, { status, headers, body }: ReceivedResponse): string[] {
  const documented = operation.responses.get(status);
  if (documented === undefined) return [`${operation.id} does not document status ${status}`];
  const { mediaType, schema } = documented;
  const found: (string | undefined)[] = [
    schema === undefined && body !== undefined ? 'undocumented body' : undefined,
    schema === undefined ? undefined : mismatch(schema, body),
    // API Gateway and the local server add a content type to an empty body.
    mediaType === undefined || mediaType === contentType(headers) ? undefined : `content type ${contentType(headers)}`,
    ...headerNames.map((name) => headerViolation(name, headers.get(name), documented.headers.includes(name))),
  ];
  return found.filter((violation) => violation !== undefined);
}

const contentType = (headers: Headers): string | null =>
  headers.get('Content-Type')?.replace(/; *charset=utf-8$/i, '') ?? null;

function headerViolation(name: string, value: string | null, isDocumented: boolean): string | undefined {
  if (value === null) return isDocumented && isHeaderRequired(name) ? `${name} is missing` : undefined;
  if (!isDocumented) return `${name} is not documented: ${value}`;
  const problem = mismatch(`#/components/headers/${name}/schema`, value);
  return problem === undefined ? undefined : `${name} is ${value}: ${problem}`;
}
