import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod/mini';
import { newTokenKey } from '../../../lib/accounts/generate-secrets.ts';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { OperatorError } from '../../../tools/ops/operator-error.ts';
import { createParameterStore } from '../../../tools/ops/parameter-store.ts';
import { rotateTokenKey } from '../../../tools/ops/rotate-token-key.ts';
import { rotationSteps } from '../../../tools/ops/token-key-rotation.ts';
import { operator, runOps } from '../../support/services/run-ops.ts';

const tokenKeys = '/sellout/prod/token-keys';
const lock = '/sellout/prod/token-keys-lock';
const now = () => Date.parse('2026-12-12T12:12:12Z');

const [old, young] = ['2026-01-01T00:00:00Z', '2026-02-02T00:00:00Z'].map((made_at) => ({
  ...newTokenKey(),
  made_at,
}));
/** The keys before each step. The fake dates its initial values to 1970, so no step is too early. */
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
 * Runs a step twice concurrently: both runs read the keys before one of them writes, unless a run fails earlier.
 *
 * @returns the errors of failed runs and the values written
 */
async function race(step: (typeof rotationSteps)[number]) {
  const store = createParameterStore();
  const bothHaveRead = Promise.withResolvers<void>();
  const written: string[] = [];
  let readers = 0;
  const watched = {
    ...store,
    async find(name: string) {
      const found = await store.find(name);
      if (name !== tokenKeys) return found;
      readers += 1;
      if (readers === 2) bothHaveRead.resolve();
      await bothHaveRead.promise;
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
      bothHaveRead.resolve();
    }
  });
  const failures = (await Promise.allSettled(runs)).flatMap((run) => (run.status === 'rejected' ? [run.reason] : []));
  return { failures, written };
}

describe('rotateTokenKey', () => {
  it.each(rotationSteps)('performs %s once when two runs race', async (step) => {
    values.set(tokenKeys, JSON.stringify({ keys: before[step] }));
    const { failures, written } = await race(step);
    expect(written).toHaveLength(1);
    expect(values.get(tokenKeys)).toBe(written[0]);
    expect(failures).toEqual([expect.any(OperatorError)]);
    expect(String(failures[0])).toContain(lock);
    expect([...values.keys()]).toEqual([tokenKeys]);
  });

  it('fails while the lock of an interrupted run exists, with its time and the remedy', async () => {
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

  it('deletes the lock when the step is rejected', async () => {
    values.set(tokenKeys, JSON.stringify({ keys: before.add }));
    const args = ['rotate-token-key', '--stage', 'prod', '--step', 'retire'];
    expect(await runOps(args, environment)).toMatchObject({ code: 1 });
    expect([...values.keys()]).toEqual([tokenKeys]);
  });

  it('recognises its own lock after a lost response', async () => {
    values.set(tokenKeys, JSON.stringify({ keys: before.add }));
    const store = createParameterStore();
    const retrying = {
      ...store,
      async create(name: string, value: string) {
        await store.create(name, value);
        // The SDK retries like this after a timeout.
        await store.create(name, value);
      },
    };
    await rotateTokenKey({ store: retrying, now }, { tokenKeys, step: 'add' });
    expect(keysNow()).toHaveLength(2);
    expect([...values.keys()]).toEqual([tokenKeys]);
  });

  it('reports the result of the step and a lock that it could not delete', async () => {
    values.set(tokenKeys, JSON.stringify({ keys: before.add }));
    const remove = () => Promise.reject(new Error('the network is down'));
    const store = { ...createParameterStore(), remove };
    const run = rotateTokenKey({ store, now }, { tokenKeys, step: 'add' });
    await expect(run).rejects.toThrow(
      `the network is down. Delete it before the next step: aws ssm delete-parameter --name ${lock}`,
    );
    expect(keysNow()).toHaveLength(2);
    values.delete(lock);
    const rejected = rotateTokenKey({ store, now }, { tokenKeys, step: 'retire' });
    await expect(rejected).rejects.toThrow(/Cannot run "retire" now.*\nCould not delete .*: the network is down/);
  });
});
