import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createAccessTokens } from '../../../lib/accounts/access-token.ts';
import { newTokenKey } from '../../../lib/accounts/generate-secrets.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { createParameters } from '../../../lib/platform/parameters.ts';
import { OperatorError } from '../../../tools/ops/operator-error.ts';
import { type RotationStep, rotate } from '../../../tools/ops/token-key-rotation.ts';

const start = Date.parse('2026-12-12T00:00:00.000Z');
const minute = 60_000;
const day = 24 * 60 * minute;
const ring = z.object({ keys: z.array(z.object({ kid: z.string() })) });
const kidsOf = (value: string) => ring.parse(JSON.parse(value)).keys.map(({ kid }) => kid);
const singleKey = () => JSON.stringify({ keys: [newTokenKey()] });

/** Returns the value after the steps, each at its earliest safe time. */
function rotated(...steps: readonly RotationStep[]) {
  let stored = { value: singleKey(), changedAt: start };
  const values = [stored.value];
  const earliest = { add: 0, promote: 2 * minute, retire: day + 2 * minute, replace: 0 };
  for (const step of steps) {
    const now = stored.changedAt + earliest[step];
    stored = { value: rotate(step, stored, now), changedAt: now };
    values.push(stored.value);
  }
  return { ...stored, values };
}

/** A container whose parameter has this value. */
const container = (value: string, now: number) =>
  createAccessTokens({
    parameters: createParameters({ fetchParameter: async () => value, clock: { now: () => now } }),
    keysParameter: '/keys',
    issuer: 'test',
    audience: 'test',
    clock: { now: () => now },
  });

describe('rotate', () => {
  it('puts the new key second, then first, then removes the old key', () => {
    const { values } = rotated('add', 'promote', 'retire');
    const [before, added, promoted, retired] = values.map(kidsOf);
    const [old] = before ?? [];
    expect(added).toEqual([old, expect.any(String)]);
    expect(promoted).toEqual(added?.toReversed());
    expect(retired).toEqual(promoted?.slice(0, 1));
    expect(retired).not.toContain(old);
  });

  it('starts a second rotation after the first', () => {
    expect(kidsOf(rotated('add', 'promote', 'retire', 'add', 'promote', 'retire').value)).toHaveLength(1);
  });

  it('lets containers with the value before and after a step verify each other’s tokens', async () => {
    const { values } = rotated('add', 'promote', 'retire');
    const guest = { id: newId(), kind: 'guest', role: 'USER' } as const;
    for (const [step, value] of values.slice(1).entries()) {
      const before = values[step] ?? '';
      for (const [from, to] of [
        [before, value],
        [value, before],
      ] as const) {
        const { access_token } = await container(from, start).issue(guest);
        expect(await container(to, start).verify(access_token)).toEqual({ id: guest.id, role: 'USER' });
      }
    }
  });

  it('keeps a guest token valid until it expires', async () => {
    const { values, changedAt } = rotated('add', 'promote', 'retire');
    const promotedAt = changedAt - day - 2 * minute;
    // The slowest container signs with the old key until a minute after the promotion.
    const signedAt = promotedAt + minute;
    const guest = { id: newId(), kind: 'guest', role: 'USER' } as const;
    const { access_token, expires_in } = await container(values[1] ?? '', signedAt).issue(guest);
    expect(changedAt).toBeGreaterThan(signedAt + expires_in * 1_000);
    const lastSecond = signedAt + (expires_in - 1) * 1_000;
    expect(await container(values[2] ?? '', lastSecond).verify(access_token)).toMatchObject({ id: guest.id });
  });

  it.each([
    ['promote', [], 'the next step is "add"'],
    ['retire', [], 'the next step is "add"'],
    ['add', ['add'], 'the next step is "promote"'],
    ['retire', ['add'], 'the next step is "promote"'],
    ['add', ['add', 'promote'], 'the next step is "retire"'],
    ['promote', ['add', 'promote'], 'the next step is "retire"'],
  ] as const)('rejects %s after %j', (step, steps, words) => {
    const stored = rotated(...steps);
    expect(() => rotate(step, stored, stored.changedAt + 10 * day)).toThrow(OperatorError);
    expect(() => rotate(step, stored, stored.changedAt + 10 * day)).toThrow(words);
  });

  it.each([
    ['promote', ['add'], 2 * minute],
    ['retire', ['add', 'promote'], day + 2 * minute],
  ] as const)('rejects %s after %j one millisecond early, with the safe time', (step, steps, wait) => {
    const stored = rotated(...steps);
    const safeFrom = new Date(stored.changedAt + wait).toISOString();
    expect(() => rotate(step, stored, stored.changedAt + wait - 1)).toThrow(`safe from ${safeFrom}`);
    expect(kidsOf(rotate(step, stored, stored.changedAt + wait)).length).toBeGreaterThan(0);
  });

  it.each([[[]], [['add']], [['add', 'promote']]] as const)('replaces all keys by one new key after %j', (steps) => {
    const stored = rotated(...steps);
    const [replaced, ...others] = kidsOf(rotate('replace', stored, stored.changedAt));
    expect(others).toEqual([]);
    expect(kidsOf(stored.value)).not.toContain(replaced);
  });

  it('rejects a value that it did not write, without quoting a key', () => {
    const [one, other] = [newTokenKey(), newTokenKey()];
    for (const value of [JSON.stringify({ keys: [one, other] }), `not JSON ${one.k}`, '{"keys": []}']) {
      let message = '';
      try {
        rotate('promote', { value, changedAt: 0 }, start);
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/The parameter (holds keys that this command did not create|does not have the form)/);
      expect(message).not.toContain(one.k);
    }
  });
});
