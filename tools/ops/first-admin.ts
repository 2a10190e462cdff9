import * as z from 'zod/mini';
import { parseJson } from '../../lib/platform/json.ts';
import { OperatorError } from './operator-error.ts';

const problem = z.object({
  code: z.string(),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
});

interface FirstAdmin {
  /** Base URL, for example https://….execute-api.eu-central-1.amazonaws.com */
  readonly api: string;
  readonly email: string;
  readonly password: string;
  readonly bootstrapSecret: string;
}

/**
 * Registers the first ADMIN through the API, with all its checks.
 *
 * @throws {OperatorError} with the error of the API
 */
export async function registerFirstAdmin({ api, email, password, bootstrapSecret }: FirstAdmin): Promise<void> {
  const response = await fetch(`${api.replace(/\/+$/, '')}/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Bootstrap-Secret': bootstrapSecret },
    body: JSON.stringify({ email, password, role: 'ADMIN' }),
    // A redirect would send the secret and the password to another address.
    redirect: 'error',
    signal: AbortSignal.timeout(30_000),
  });
  if (response.status === 201) return;
  const parsed = problem.safeParse(parseJson(await response.text()));
  if (!parsed.success)
    throw new OperatorError(`${api} returned ${response.status} without a Sellout error. Check the URL.`);
  const { code, errors = [] } = parsed.data;
  const hint = code === 'forbidden' ? ' (the bootstrap secret works once; an ADMIN registers further ADMINs)' : '';
  const fields = errors.map(({ path, message }) => `\n  ${path}: ${message}`).join('');
  throw new OperatorError(`The API returned ${response.status} ${code}${hint}${fields}`);
}
