import { expect, it } from 'vitest';
import { expectResponse, localClient, outcomeOf } from '../../support/api-driver/client.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { accountSchema } from '../../support/api-driver/response-schemas.ts';

const api = localClient();
const pairs = 40;
/** Fewer than the limit for one address. */
const triesPerAddress = 5;
/**
 * Returns the probability that a random value of the first list is below one of the second: 0.5 for equal
 * distributions. The standard deviation is 0.065 for 40 values each; the bounds below are five of them.
 *
 * @see Mann and Whitney, "On a Test of Whether one of Two Random Variables is Stochastically Larger", 1947
 */
function shareBelow(first: readonly number[], second: readonly number[]): number {
  const below = first.flatMap((one) => second.map((other) => (one < other ? 1 : one === other ? 0.5 : 0)));
  return below.reduce<number>((sum, value) => sum + value, 0) / below.length;
}

async function timeOf(email: string): Promise<number> {
  const start = performance.now();
  const response = await api.post('/auth/login', { email, password: 'not this one' });
  const took = performance.now() - start;
  expect(outcomeOf(response)).toEqual({ status: 401, code: 'invalid_credentials' });
  return took;
}

it('POST /auth/login takes as long for an unknown address as for a wrong password', async () => {
  const accounts = Array.from({ length: pairs / triesPerAddress }, () => newAccount());
  for (const account of accounts) expectResponse(await api.post('/auth/register', account), 201, accountSchema);
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  await timeOf(newAccount().email);
  // Alternate, so that other load affects both equally.
  for (let round = 0; round < triesPerAddress; round++) {
    for (const [index, { email }] of accounts.entries()) {
      if (index % 2 === 0) times.known.push(await timeOf(email));
      times.unknown.push(await timeOf(newAccount().email));
      if (index % 2 === 1) times.known.push(await timeOf(email));
    }
  }
  const share = shareBelow(times.unknown, times.known);
  expect(share).toBeGreaterThan(0.17);
  expect(share).toBeLessThan(0.83);
});
