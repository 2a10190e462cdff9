import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import { headerNames, isHeaderRequired, type Operation, rawDocument } from './operations.ts';

const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
// ajv's idea of an address is its own; the document has a pattern as well.
ajv.addFormat('email', true);
ajv.addSchema(rawDocument, 'openapi.json');

function validatorAt(pointer: string): ValidateFunction {
  const validator = ajv.getSchema(`openapi.json${pointer}`);
  if (validator === undefined) throw new Error(`no schema at ${pointer}`);
  return validator;
}

/** Whether the schema there takes the value; why not, otherwise. */
export function mismatch(pointer: string, value: unknown): string | undefined {
  const validator = validatorAt(pointer);
  return validator(value) ? undefined : ajv.errorsText(validator.errors);
}

interface SeenReply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined where there is no body. */
  readonly body: unknown;
}

/** What is in a reply and not in the document, or the other way round. */
export function violationsOf(operation: Operation, { status, headers, body }: SeenReply): string[] {
  const documented = operation.replies.get(status);
  if (documented === undefined) return [`${operation.id} does not document status ${status}`];
  const { mediaType, schema } = documented;
  const found: (string | undefined)[] = [
    schema === undefined && body !== undefined ? 'a body where none is documented' : undefined,
    schema === undefined ? undefined : mismatch(schema, body),
    // Without a body API Gateway and serverless-offline put a content type of their own.
    mediaType === undefined || mediaType === contentType(headers)
      ? undefined
      : `content type ${contentType(headers)}`,
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
