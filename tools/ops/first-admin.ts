import * as z from 'zod/mini';
import { parseJson } from './json.ts';
import { OperatorError } from './operator-error.ts';

const problem = z.object({
  code: z.string(),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
});

interface FirstAdmin {
  /** Where the API is, such as https://….execute-api.eu-central-1.amazonaws.com */
  readonly api: string;
  readonly email: string;
  readonly password: string;
  readonly bootstrapSecret: string;
}

/**
 * Registers the first ADMIN over the API, which checks all that it always checks.
 *
 * @throws {OperatorError} with the API's reason when it did not
 */
export async function registerFirstAdmin({
  api,
  email,
  password,
  bootstrapSecret,
}: FirstAdmin): Promise<void> {
  const reply = await fetch(`${api.replace(/\/+$/, '')}/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Bootstrap-Secret': bootstrapSecret },
    body: JSON.stringify({ email, password, role: 'ADMIN' }),
    // The secret and the password are for this address alone.
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  });
  if (reply.status === 201) return;
  const parsed = problem.safeParse(parseJson(await reply.text()));
  if (!parsed.success) throw new OperatorError(`${api} answered ${reply.status} and is no API of ours`);
  const { code, errors = [] } = parsed.data;
  const hint = code === 'forbidden' ? '; the secret works once ever: an ADMIN makes all others' : '';
  const fields = errors.map(({ path, message }) => `\n  ${path}: ${message}`).join('');
  throw new OperatorError(`the API answered ${reply.status} ${code}${hint}${fields}`);
}
