import * as z from 'zod';
import { parseJson } from '../lib/platform/json.ts';
import { type FakeAwsService, type FakeResponse, startFakeAwsService } from './fake-aws-service.ts';

const named = z.object({ Name: z.string() });
const getParameter = z.object({ Name: z.string(), WithDecryption: z.optional(z.boolean()) });
const putParameter = z.object({
  Name: z.string(),
  Value: z.string(),
  Type: z.literal('SecureString'),
  Overwrite: z.optional(z.boolean()),
});

export type FakeSsm = FakeAwsService;

/**
 * Starts a fake SSM on a free port of 127.0.0.1 with GetParameter, PutParameter and DeleteParameter (JSON protocol). Every
 * parameter is a SecureString, so a reader without WithDecryption does not get the secret, as on AWS.
 */
export function startFakeSsm(values: Map<string, string>): Promise<FakeSsm> {
  const parameters: Parameters = { values, changes: new Map() };
  return startFakeAwsService((target, text) => respond(parameters, target, parseJson(text)));
}

interface Parameters {
  readonly values: Map<string, string>;
  /** Version and time of the last write, in milliseconds since the epoch, of parameters that clients wrote. */
  readonly changes: Map<string, { version: number; at: number }>;
}

function respond(parameters: Parameters, target: unknown, body: unknown): FakeResponse {
  if (target === 'AmazonSSM.GetParameter') return get(parameters, body);
  if (target === 'AmazonSSM.PutParameter') return put(parameters, body);
  if (target === 'AmazonSSM.DeleteParameter') return remove(parameters, body);
  return errorResponse('UnknownOperationException', `The fake does not support ${target}.`);
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
function get({ values, changes }: Parameters, body: unknown): FakeResponse {
  const request = getParameter.safeParse(body);
  if (!request.success) return errorResponse('ValidationException', z.prettifyError(request.error));
  const { Name, WithDecryption } = request.data;
  const value = values.get(Name);
  if (value === undefined) return notFound(Name);
  const Value = WithDecryption ? value : '(encrypted)';
  const { version: Version, at } = changes.get(Name) ?? { version: 1, at: 0 };
  const LastModifiedDate = at / 1_000;
  return {
    status: 200,
    body: { Parameter: { Name, Type: 'SecureString', Value, Version, LastModifiedDate, DataType: 'text' } },
  };
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
function put({ values, changes }: Parameters, body: unknown): FakeResponse {
  const request = putParameter.safeParse(body);
  if (!request.success) return errorResponse('ValidationException', z.prettifyError(request.error));
  const { Name, Value, Overwrite } = request.data;
  const exists = values.has(Name);
  if (exists && !Overwrite) return errorResponse('ParameterAlreadyExists', `Parameter ${Name} exists.`);
  const Version = exists ? (changes.get(Name)?.version ?? 1) + 1 : 1;
  values.set(Name, Value);
  changes.set(Name, { version: Version, at: Date.now() });
  return { status: 200, body: { Version, Tier: 'Standard' } };
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
function remove({ values, changes }: Parameters, body: unknown): FakeResponse {
  const request = named.safeParse(body);
  if (!request.success) return errorResponse('ValidationException', z.prettifyError(request.error));
  const { Name } = request.data;
  changes.delete(Name);
  return values.delete(Name) ? { status: 200, body: {} } : notFound(Name);
}

const notFound = (name: string): FakeResponse => errorResponse('ParameterNotFound', `Parameter ${name} not found.`);
const errorResponse = (__type: string, message: string): FakeResponse => ({
  status: 400,
  body: { __type, message },
});
