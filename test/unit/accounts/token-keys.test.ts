import { decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { admin, container, forge, ring, unauthenticated } from '../../support/fixtures/token-container.ts';

describe('tokenKeys', () => {
  it('fetches keys once for concurrent callers', async () => {
    const { tokens, state } = container();
    const responses = await Promise.all(Array.from({ length: 20 }, () => tokens.issue(admin)));
    await Promise.all(responses.map(({ access_token }) => tokens.verify(access_token)));
    expect(state.fetches).toBe(1);
  });

  it('signs with a new first key after a minute, without verifying a token', async () => {
    const { state, tokens } = container();
    const kidOf = async () => decodeProtectedHeader((await tokens.issue(admin)).access_token).kid;
    expect(await kidOf()).toBe('a');
    state.parameter = ring('b', 'a');
    expect(await kidOf()).toBe('a');
    state.now += 60_000;
    expect(await kidOf()).toBe('b');
    state.now += 60_000;
    state.down = true;
    expect(await kidOf()).toBe('b');
  });

  it('rotates without a restart: finds a new key and still verifies with the old one', async () => {
    const old = container();
    const before = await old.tokens.issue(admin);
    const fresh = container({ parameter: ring('b', 'a') });
    const after = await fresh.tokens.issue(admin);

    old.state.parameter = ring('b', 'a');
    old.state.now += 60_000;
    fresh.state.now += 60_000;
    await expect(old.tokens.verify(after.access_token)).resolves.toMatchObject({ id: admin.id });
    await expect(old.tokens.verify(before.access_token)).resolves.toMatchObject({ id: admin.id });
    await expect(fresh.tokens.verify(before.access_token)).resolves.toMatchObject({ id: admin.id });
    expect(fresh.state.fetches).toBe(1);
  });

  it('signs with the first key once the container has fetched it', async () => {
    const { tokens, state, seconds } = container();
    await tokens.issue(admin);
    state.parameter = ring('b');
    state.now += 60_000;
    await tokens.verify(await forge(seconds(), { header: { kid: 'b' }, key: 'b' }));
    const { access_token } = await tokens.issue(admin);
    const onlyNew = container({ parameter: ring('b') });
    onlyNew.state.now = state.now;
    await expect(onlyNew.tokens.verify(access_token)).resolves.toMatchObject({ id: admin.id });
    await expect(tokens.verify(await forge(seconds()))).rejects.toMatchObject(unauthenticated);
  });

  it('fetches at most once a minute for unknown key ids', async () => {
    const { tokens, state, seconds } = container();
    await tokens.issue(admin);
    const attack = async () => {
      for (let n = 0; n < 20; n += 1) {
        const token = await forge(seconds(), { header: { kid: `unknown-${n}` } });
        await expect(tokens.verify(token)).rejects.toMatchObject(unauthenticated);
      }
    };
    await attack();
    expect(state.fetches).toBe(1);
    state.now += 60_000;
    await attack();
    await attack();
    expect(state.fetches).toBe(2);
  });

  it('uses cached keys while the parameter cannot be fetched', async () => {
    const { tokens, state, seconds } = container();
    const { access_token } = await tokens.issue(admin);
    state.down = true;
    state.now += 60_000;
    const unknown = await forge(seconds(), { header: { kid: 'b' } });
    await expect(tokens.verify(unknown)).rejects.toThrow('SSM did not respond');
    await expect(tokens.verify(unknown)).rejects.toMatchObject(unauthenticated);
    await expect(tokens.verify(access_token)).resolves.toMatchObject({ id: admin.id });
  });

  it.each([
    ['that are not JSON', 'hunter2-hunter2'],
    ['that are empty', JSON.stringify({ keys: [] })],
    ['that are too short', JSON.stringify({ keys: [{ kid: 'a', k: Buffer.alloc(31).toString('base64url') }] })],
    ['that are not base64url', JSON.stringify({ keys: [{ kid: 'a', k: '!'.repeat(64) }] })],
    ['with a repeated key id', ring('a', 'a')],
    ['with a key id that is not printable ASCII', ring('a\u0100')],
    ['with an empty key id', ring('')],
  ])('throws for keys %s without quoting them', async (_, parameter) => {
    const error = await container({ parameter })
      .tokens.issue(admin)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toMatchObject({ name: 'DomainError' });
    expect(String(error)).not.toContain('hunter2');
  });
});
