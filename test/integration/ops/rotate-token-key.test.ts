import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod/mini';
import { newTokenKey } from '../../../lib/accounts/generate-secrets.ts';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { OperatorError } from '../../../tools/ops/operator-error.ts';
import { createParameterStore } from '../../../tools/ops/parameter-store.ts';
import { rotateTokenKey } from '../../../tools/ops/rotate-token-key.ts';
import { rotationSteps } from '../../../tools/ops/token-key-rotation.ts';
import { operator, runOps } from '../../support/ops.ts';

const tokenKeys = '/sellout/prod/token-keys';
const lock = '/sellout/prod/token-keys-lock';
const now = () => Date.parse('2026-12-12T12:12:12Z');

const [old, young] = ['2026-01-01T00:00:00Z', '2026-02-02T00:00:00Z'].map((made_at) => ({
  ...newTokenKey(),
  made_at,
}));
/** Where each step's turn is; the stand-in says of what it was given that it is from 1970, so none is too early. */
const before = { add: [old], promote: [old, young], retire: [young, old], replace: [old] };
const ring = z.object({ keys: z.array(z.object({ kid: z.string() })) });

let values: Map<string, string>;
let environment: NodeJS.ProcessEnv;
beforeEach(async () => {
  values = new Map();
  const parameters = await startFakeSsm(values);
  onTestFinished(parameters.stop);
  environment = { ...operator, AWS_ENDPOINT_URL_SSM: parameters.endpoint };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const keysNow = () => ring.parse(JSON.parse(values.get(tokenKeys) ?? '')).keys.map(({ kid }) => kid);

/**
 * Two people at once, each of whom has read the keys before one of them writes, unless that one was refused.
 *
 * @returns why runs failed, and what was written
 */
async function race(step: (typeof rotationSteps)[number]) {
  const store = createParameterStore();
  const bothAreAsFar = Promise.withResolvers<void>();
  const written: string[] = [];
  let readers = 0;
  const watched = {
    ...store,
    async find(name: string) {
      const found = await store.find(name);
      if (name !== tokenKeys) return found;
      readers += 1;
      if (readers === 2) bothAreAsFar.resolve();
      await bothAreAsFar.promise;
      return found;
    },
    async replace(...args: Parameters<typeof store.replace>) {
      written.push(args[2]);
      await store.replace(...args);
    },
  };
  const runs = [1, 2].map(async () => {
    try {
      await rotateTokenKey({ store: watched, now }, { tokenKeys, step });
    } finally {
      bothAreAsFar.resolve();
    }
  });
  const failures = (await Promise.allSettled(runs)).flatMap((run) =>
    run.status === 'rejected' ? [run.reason] : [],
  );
  return { failures, written };
}

describe('a step of a rotation', () => {
  it.each(rotationSteps)('is taken once when two people take it at the same time: %s', async (step) => {
    values.set(tokenKeys, JSON.stringify({ keys: before[step] }));
    const { failures, written } = await race(step);
    expect(written).toHaveLength(1);
    expect(values.get(tokenKeys)).toBe(written[0]);
    expect(failures).toEqual([expect.any(OperatorError)]);
    expect(String(failures[0])).toContain(lock);
    expect([...values.keys()]).toEqual([tokenKeys]);
  });

  it('is refused while a run that was cut short has left its lock, with the time and the remedy', async () => {
    values.set(tokenKeys, JSON.stringify({ keys: before.promote }));
    const store = createParameterStore();
    await store.create(lock, 'process 7 on the laptop');
    const since = (await store.find(lock))?.changedAt ?? 0;
    const args = ['rotate-token-key', '--stage', 'prod', '--step', 'promote'];

    const { code, stderr } = await runOps(args, environment);
    expect(code).toBe(1);
    expect(stderr).toContain(`since ${new Date(since).toISOString()}`);
    expect(stderr).toContain('process 7 on the laptop');
    expect(stderr).toContain(`aws ssm delete-parameter --name ${lock}`);
    expect(keysNow()).toEqual([old?.kid, young?.kid]);

    await store.remove(lock);
    expect(await runOps(args, environment)).toMatchObject({ code: 0 });
    expect(keysNow()).toEqual([young?.kid, old?.kid]);
  });

  it('leaves no lock behind where it is refused', async () => {
    values.set(tokenKeys, JSON.stringify({ keys: before.add }));
    const args = ['rotate-token-key', '--stage', 'prod', '--step', 'retire'];
    expect(await runOps(args, environment)).toMatchObject({ code: 1 });
    expect([...values.keys()]).toEqual([tokenKeys]);
  });

  it('takes its own lock for its own, where the answer to making it was lost', async () => {
    values.set(tokenKeys, JSON.stringify({ keys: before.add }));
    const store = createParameterStore();
    const forgetful = {
      ...store,
      async create(name: string, value: string) {
        await store.create(name, value);
        // What the SDK does when it has waited in vain.
        await store.create(name, value);
      },
    };
    await rotateTokenKey({ store: forgetful, now }, { tokenKeys, step: 'add' });
    expect(keysNow()).toHaveLength(2);
    expect([...values.keys()]).toEqual([tokenKeys]);
  });

  it('says what it did and that its lock is left where that cannot be deleted', async () => {
    values.set(tokenKeys, JSON.stringify({ keys: before.add }));
    const remove = () => Promise.reject(new Error('the network is down'));
    const store = { ...createParameterStore(), remove };
    const run = rotateTokenKey({ store, now }, { tokenKeys, step: 'add' });
    await expect(run).rejects.toThrow(
      `the network is down. Delete it before the next step: aws ssm delete-parameter --name ${lock}`,
    );
    expect(keysNow()).toHaveLength(2);
    values.delete(lock);
    const refused = rotateTokenKey({ store, now }, { tokenKeys, step: 'retire' });
    await expect(refused).rejects.toThrow(
      /not the turn of "retire".*\n.*is left behind: the network is down/,
    );
  });
});
