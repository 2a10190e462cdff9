import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { newBootstrapSecret, newTokenKey } from '../lib/accounts/generate-secrets.ts';
import { type Answer, type FakeAwsService, startFakeAwsService } from './fake-aws-service.ts';

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
 * Answers GetParameter, PutParameter and DeleteParameter of SSM (its JSON protocol) on a free port of 127.0.0.1.
 * Every value is a SecureString: without WithDecryption a reader gets no secret, as on AWS.
 */
export function startFakeSsm(values: Map<string, string>): Promise<FakeSsm> {
  const shelf: Shelf = { values, changes: new Map() };
  return startFakeAwsService((target, text) => answer(shelf, target, parseJson(text)));
}

interface Shelf {
  readonly values: Map<string, string>;
  /** By name, of what was put here: how often, and when last, in milliseconds since the epoch. */
  readonly changes: Map<string, { version: number; at: number }>;
}

function answer(shelf: Shelf, target: unknown, body: unknown): Answer {
  if (target === 'AmazonSSM.GetParameter') return get(shelf, body);
  if (target === 'AmazonSSM.PutParameter') return put(shelf, body);
  if (target === 'AmazonSSM.DeleteParameter') return remove(shelf, body);
  return refuse('UnknownOperationException', `no ${target} here`);
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
function get({ values, changes }: Shelf, body: unknown): Answer {
  const request = getParameter.safeParse(body);
  if (!request.success) return refuse('ValidationException', z.prettifyError(request.error));
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
function put({ values, changes }: Shelf, body: unknown): Answer {
  const request = putParameter.safeParse(body);
  if (!request.success) return refuse('ValidationException', z.prettifyError(request.error));
  const { Name, Value, Overwrite } = request.data;
  const exists = values.has(Name);
  if (exists && !Overwrite) return refuse('ParameterAlreadyExists', `there is a parameter ${Name}`);
  const Version = exists ? (changes.get(Name)?.version ?? 1) + 1 : 1;
  values.set(Name, Value);
  changes.set(Name, { version: Version, at: Date.now() });
  return { status: 200, body: { Version, Tier: 'Standard' } };
}

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html */
function remove({ values, changes }: Shelf, body: unknown): Answer {
  const request = named.safeParse(body);
  if (!request.success) return refuse('ValidationException', z.prettifyError(request.error));
  const { Name } = request.data;
  changes.delete(Name);
  return values.delete(Name) ? { status: 200, body: {} } : notFound(Name);
}

const notFound = (name: string): Answer => refuse('ParameterNotFound', `no parameter ${name}`);
const refuse = (__type: string, message: string): Answer => ({ status: 400, body: { __type, message } });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const tokenKeys = z.object({ keys: z.array(z.object({ kid: z.string(), k: z.string() })) });
const secrets = z.object({ tokenKeys, bootstrapSecret: z.string() });
export type Secrets = z.infer<typeof secrets>;

/** Secrets made on the spot: one token key and the secret that makes a first ADMIN. */
export const newSecrets = (): Secrets => ({
  tokenKeys: { keys: [newTokenKey()] },
  bootstrapSecret: newBootstrapSecret(),
});

/**
 * The secrets kept in this directory; made at the first call, readable by their owner alone. So tokens stay
 * valid across restarts.
 */
export async function keptSecrets(stage: string, directory: string): Promise<Secrets> {
  const file = join(directory, `secrets-${stage}.json`);
  try {
    const kept = secrets.safeParse(parseJson(await readFile(file, 'utf8')));
    if (!kept.success)
      throw new Error(`${file} does not hold this service's secrets; remove it to make new ones`);
    await chmod(file, 0o600);
    return kept.data;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made = newSecrets();
  await mkdir(directory, { recursive: true });
  // Renamed into place, so that a start cut short leaves no half a file.
  await writeFile(`${file}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return made;
}

/** The parameters that the service reads at this stage. */
export const parametersOf = (stage: string, { tokenKeys, bootstrapSecret }: Secrets): [string, string][] => [
  [`/sellout/${stage}/token-keys`, JSON.stringify(tokenKeys)],
  [`/sellout/${stage}/bootstrap-secret`, bootstrapSecret],
];
