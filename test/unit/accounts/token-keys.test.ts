import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { admin, container, forge, refused, ring } from '../../support/fixtures/token-container.ts';

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
