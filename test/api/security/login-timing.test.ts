import { expect, it } from 'vitest';
import { expectResponse, localClient, outcomeOf } from '../../support/api-driver/client.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { accountSchema } from '../../support/api-driver/response-schemas.ts';

const api = localClient();
const pairs = 40;
/** Fewer than the limit for one address. */
const triesPerAddress = 5;
/**
 * How often a random one of the first is below a random one of the second: 0.5 where both take equally long.
 * By chance it strays by 0.065 (one standard deviation, for 40 of each), whatever the machine is busy with;
 * the bounds below are five of those.
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

it('a login takes as long for an address that nobody has as for a wrong password', async () => {
  const accounts = Array.from({ length: pairs / triesPerAddress }, () => newAccount());
  for (const account of accounts)
    expectResponse(await api.post('/auth/register', account), 201, accountSchema);
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  await timeOf(newAccount().email);
  // Side by side and in turns, so that whatever else the machine does meets both alike.
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
