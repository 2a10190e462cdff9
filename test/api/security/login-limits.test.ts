import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../../support/api-driver/client.ts';
import {
  expectRestOfWindow,
  limit,
  mailboxLimit,
  type RateLimitedService,
  startRateLimitedService,
  untilNextWindow,
  windowSeconds,
  withinWindow,
} from '../../support/services/rate-limited-service.ts';

const password = 'correct horse battery';
let service: RateLimitedService;
beforeAll(async () => {
  service = await startRateLimitedService();
}, 60_000);
afterAll(() => service.stop());

const login = (email: string, secret = password) => service.client.post('/auth/login', { email, password: secret });
const loginFrom = (address: string, email: string, secret = password) =>
  service.postFrom(address, '/auth/login', { email, password: secret });
const times = <T>(length: number, make: (index: number) => T): T[] => Array.from({ length }, (_, index) => make(index));

async function account(): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  expect((await service.client.post('/auth/register', { email, password })).status).toBe(201);
  return email;
}

const exhausted = (name: string, seconds: number | string) => new RegExp(`"${name}";r=0;t=${seconds}$`);

describe('successful logins', () => {
  it('that exceed the limit in parallel get Retry-After: 1 and succeed after a second', async () => {
    const email = await account();
    const { limited, later } = await withinWindow(async () => {
      const responses = await Promise.all(times(2 * limit, () => login(email)));
      const limited = responses.filter(({ status }) => status === 429);
      // Wait as long as Retry-After says, as a client does.
      await wait(1_000);
      const later = [];
      for (const _ of limited) later.push(await login(email));
      return { limited, later };
    });
    expect(limited.length).toBeGreaterThan(0);
    for (const { headers } of limited) {
      expect(headers.get('Retry-After')).toBe('1');
      expect(headers.get('RateLimit')).toMatch(exhausted('auth-per-address-and-email', 1));
    }
    expect(later.map(({ status }) => status)).toEqual(limited.map(() => 200));
  });

  it('do not count towards the limit', async () => {
    const email = await account();
    for (let n = 0; n < limit + 3; n += 1) expect((await login(email)).status).toBe(200);
  });

  it('from another address succeed during an attack', async () => {
    const email = await account();
    const { guesses, owner, sameAddress } = await withinWindow(async () => {
      const guesses = await Promise.all(times(2 * limit, (n) => login(email, `wrong ${n}`)));
      return { guesses, owner: await loginFrom('127.0.0.2', email), sameAddress: await login(email) };
    });
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(limit);
    expect(owner.status).toBe(200);
    expect(outcomeOf(sameAddress)).toEqual({ status: 429, code: 'rate_limited' });
  });
});

describe('failed logins', () => {
  it('reach the password check at most as often as the limit in 1,000 parallel attempts', async () => {
    const victim = await account();
    const other = await account();
    const attempts = await withinWindow(async () => {
      const guesses = await Promise.allSettled(times(1_000, (n) => login(victim, `wrong ${n}`)));
      let later = 0;
      while ((await login(victim, 'wrong')).status === 401) later += 1;
      return { guesses, later, right: await login(victim), elsewhere: await login(other) };
    });
    const responses = attempts.guesses.flatMap((guess) => (guess.status === 'fulfilled' ? [guess.value] : []));
    // With 1,000 connections at once the server may reset some; those attempts may have been counted.
    const lost = attempts.guesses.flatMap((guess) => (guess.status === 'rejected' ? [guess.reason] : []));
    expect(lost.filter((error) => error?.cause?.code !== 'ECONNRESET')).toEqual([]);
    const codes = Map.groupBy(responses, (response) => outcomeOf(response).code);
    const counted = (code: string) => codes.get(code)?.length ?? 0;
    // Under this load, database requests may time out, so some attempts may return 503.
    const unavailable = counted('unavailable');
    const checked = counted('invalid_credentials') + attempts.later;
    expect(checked).toBeLessThanOrEqual(limit);
    expect(checked).toBeGreaterThanOrEqual(limit - lost.length - unavailable);
    expect(counted('invalid_credentials') + counted('rate_limited') + unavailable).toBe(responses.length);
    expect(outcomeOf(attempts.right)).toEqual({ status: 429, code: 'rate_limited' });
    expect(attempts.elsewhere.status).toBe(200);
    await vi.waitUntil(async () => (await login(victim)).status === 200, untilNextWindow);
  }, 180_000);

  it('from many addresses reach the password check at most as often as the limit of the mailbox', async () => {
    const email = await account();
    const addresses = times(Math.ceil(mailboxLimit / limit) + 1, (n) => `127.0.0.${n + 2}`);
    const { guesses, owner, at } = await withinWindow(async () => {
      const guesses = await Promise.all(
        addresses.flatMap((address) => times(limit, (n) => loginFrom(address, email, `wrong ${n}`))),
      );
      return { guesses, owner: await loginFrom('127.0.0.99', email), at: Date.now() };
    });
    expect(guesses.filter(({ code }) => code === 'invalid_credentials')).toHaveLength(mailboxLimit);
    expect(guesses.filter(({ code }) => code === 'rate_limited')).toHaveLength(guesses.length - mailboxLimit);
    expect(owner.code).toBe('rate_limited');
    expectRestOfWindow(owner, at);
    expect(owner.headers.get('RateLimit')).toMatch(exhausted('auth-per-email', '\\d+'));
    await vi.waitUntil(async () => (await loginFrom('127.0.0.99', email)).status === 200, untilNextWindow);
  });

  it('count for an unknown address as for a known one', async () => {
    const known = await account();
    const unknown = `${randomUUID()}@example.com`;
    const [first, second] = await withinWindow(() =>
      Promise.all([known, unknown].map((email) => Promise.all(times(limit + 3, () => login(email, 'wrong'))))),
    );
    const codes = (responses = first) => responses?.map((response) => outcomeOf(response).code).sort();
    expect(codes(second)).toEqual(codes(first));
    expect(codes(first)?.filter((code) => code === 'rate_limited')).toHaveLength(3);
  });

  it('count per mailbox, whatever the case of its address', async () => {
    const email = await account();
    const responses = await withinWindow(() =>
      Promise.all(times(2 * limit, (n) => login(n % 2 === 0 ? email : email.toUpperCase(), 'no'))),
    );
    expect(responses.filter(({ status }) => status === 401)).toHaveLength(limit);
  });
});

describe('the response to a login', () => {
  it('reports each policy and its remaining requests, and when an exhausted one resets', async () => {
    const email = `${randomUUID()}@example.com`;
    const { responses, limited, at } = await withinWindow(async () => {
      const responses = [];
      for (let n = 0; n < limit; n += 1) responses.push(await login(email, 'wrong'));
      return { responses, limited: await login(email, 'wrong'), at: Date.now() };
    });
    const pair = `"auth-per-address-and-email";q=${limit};w=${windowSeconds}`;
    const address = `"auth-per-address";q=10000;w=${windowSeconds}`;
    const mailbox = `"auth-per-email";q=${mailboxLimit};w=${windowSeconds}`;
    for (const [index, { status, headers }] of responses.entries()) {
      expect(status).toBe(401);
      expect(headers.get('RateLimit-Policy')).toBe(`${address}, ${pair}, ${mailbox}`);
      const left = `"auth-per-address-and-email";r=${limit - 1 - index};t=\\d+`;
      const ofMailbox = `"auth-per-email";r=${mailboxLimit - 1 - index};t=\\d+`;
      expect(headers.get('RateLimit')).toMatch(new RegExp(`^"auth-per-address";r=\\d+;t=\\d+, ${left}, ${ofMailbox}$`));
    }
    expect(limited.status).toBe(429);
    // The limit of the mailbox does not count this attempt.
    expect(limited.headers.get('RateLimit-Policy')).toBe(`${address}, ${pair}`);
    expectRestOfWindow(limited, at);
    const seconds = limited.headers.get('Retry-After') ?? '';
    expect(limited.headers.get('RateLimit')).toMatch(exhausted('auth-per-address-and-email', seconds));
  });
});
