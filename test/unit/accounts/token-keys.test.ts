import { decodeProtectedHeader, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAccessTokens } from '../../../lib/accounts/access-token.ts';
import { createParameters } from '../../../lib/platform/parameters.ts';

const bytesOf = (letter: string) => new Uint8Array(32).fill(letter.charCodeAt(0));
const keyOf = (kid: string) => ({ kid, k: Buffer.from(bytesOf(kid)).toString('base64url') });
const ring = (...kids: string[]) => JSON.stringify({ keys: kids.map(keyOf) });

const issuer = 'https://shop.example';
const audience = 'shop';
const admin = { id: '01890a5d-ac96-774b-bcce-b302099a8057', kind: 'registered', role: 'ADMIN' } as const;

/** A container that has just started, over a parameter and a clock that the test moves. */
function container({ parameter = ring('a') } = {}) {
  const world = { parameter, now: Date.parse('2025-12-12T00:00:00Z'), fetches: 0, down: false };
  const clock = { now: () => world.now };
  const fetchParameter = async () => {
    world.fetches += 1;
    if (world.down) throw new Error('no answer');
    return world.parameter;
  };
  const parameters = createParameters({ fetchParameter, clock });
  const tokens = createAccessTokens({ parameters, keysParameter: '/keys', issuer, audience, clock });
  return { world, tokens, seconds: () => Math.floor(world.now / 1_000) };
}

/** Signs what the service would, except for what the test overrides; undefined leaves a claim out. */
function forge(
  issuedAt: number,
  { claims = {}, header = {}, key = 'a' }: { claims?: object; header?: object; key?: string } = {},
) {
  const payload = {
    sub: admin.id,
    role: 'ADMIN',
    iss: issuer,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + 60,
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'HS256', kid: 'a', typ: 'JWT', ...header })
    .sign(bytesOf(key));
}

const refused = { name: 'DomainError', code: 'unauthenticated', message: 'unauthenticated' };

describe('token keys', () => {
  it('are fetched once, also by concurrent callers', async () => {
    const { tokens, world } = container();
    const replies = await Promise.all(Array.from({ length: 20 }, () => tokens.issue(admin)));
    await Promise.all(replies.map(({ access_token }) => tokens.verify(access_token)));
    expect(world.fetches).toBe(1);
  });

  it('sign with a key that was put first a minute ago, also where no token is ever verified', async () => {
    const { world, tokens } = container();
    const kidOf = async () => decodeProtectedHeader((await tokens.issue(admin)).access_token).kid;
    expect(await kidOf()).toBe('a');
    world.parameter = ring('b', 'a');
    expect(await kidOf()).toBe('a');
    world.now += 60_000;
    expect(await kidOf()).toBe('b');
    world.now += 60_000;
    world.down = true;
    expect(await kidOf()).toBe('b');
  });

  it('rotate without a restart: a new key is found, the old one still verifies', async () => {
    const old = container();
    const before = await old.tokens.issue(admin);
    const fresh = container({ parameter: ring('b', 'a') });
    const after = await fresh.tokens.issue(admin);

    old.world.parameter = ring('b', 'a');
    old.world.now += 60_000;
    fresh.world.now += 60_000;
    await expect(old.tokens.verify(after.access_token)).resolves.toMatchObject({ id: admin.id });
    await expect(old.tokens.verify(before.access_token)).resolves.toMatchObject({ id: admin.id });
    await expect(fresh.tokens.verify(before.access_token)).resolves.toMatchObject({ id: admin.id });
    expect(fresh.world.fetches).toBe(1);
  });

  it('sign with the first key once a container has seen it', async () => {
    const { tokens, world, seconds } = container();
    await tokens.issue(admin);
    world.parameter = ring('b');
    world.now += 60_000;
    await tokens.verify(await forge(seconds(), { header: { kid: 'b' }, key: 'b' }));
    const { access_token } = await tokens.issue(admin);
    const onlyNew = container({ parameter: ring('b') });
    onlyNew.world.now = world.now;
    await expect(onlyNew.tokens.verify(access_token)).resolves.toMatchObject({ id: admin.id });
    await expect(tokens.verify(await forge(seconds()))).rejects.toMatchObject(refused);
  });

  it('that are unknown cost at most one fetch a minute', async () => {
    const { tokens, world, seconds } = container();
    await tokens.issue(admin);
    const attack = async () => {
      for (let n = 0; n < 20; n += 1) {
        const token = await forge(seconds(), { header: { kid: `unknown-${n}` } });
        await expect(tokens.verify(token)).rejects.toMatchObject(refused);
      }
    };
    await attack();
    expect(world.fetches).toBe(1);
    world.now += 60_000;
    await attack();
    await attack();
    expect(world.fetches).toBe(2);
  });

  it('stay known while the parameter cannot be read', async () => {
    const { tokens, world, seconds } = container();
    const { access_token } = await tokens.issue(admin);
    world.down = true;
    world.now += 60_000;
    const unknown = await forge(seconds(), { header: { kid: 'b' } });
    await expect(tokens.verify(unknown)).rejects.toThrow('no answer');
    await expect(tokens.verify(unknown)).rejects.toMatchObject(refused);
    await expect(tokens.verify(access_token)).resolves.toMatchObject({ id: admin.id });
  });

  it.each([
    ['not JSON', 'hunter2-hunter2'],
    ['empty', JSON.stringify({ keys: [] })],
    ['too short', JSON.stringify({ keys: [{ kid: 'a', k: Buffer.alloc(31).toString('base64url') }] })],
    ['not base64url', JSON.stringify({ keys: [{ kid: 'a', k: '!'.repeat(64) }] })],
    ['ambiguous', ring('a', 'a')],
    ['of an id that a token cannot carry', ring('a\u0100')],
    ['of no id', ring('')],
  ])('that are %s are a defect that does not quote them', async (_, parameter) => {
    const error = await container({ parameter })
      .tokens.issue(admin)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toMatchObject({ name: 'DomainError' });
    expect(String(error)).not.toContain('hunter2');
  });
});
