import { describe, expect, it } from 'vitest';
import { createParameters } from '../../../lib/platform/parameters.ts';

/** Parameters that a test can change, make unavailable and age. */
function source() {
  const world: { value: string | undefined; down: boolean; now: number; fetches: number } = {
    value: 'one',
    down: false,
    now: 0,
    fetches: 0,
  };
  const parameters = createParameters({
    clock: { now: () => world.now },
    async fetchParameter() {
      world.fetches += 1;
      if (world.down) throw new Error('no answer');
      return world.value;
    },
  });
  return { world, parameters };
}

describe('createParameters', () => {
  it('fetches once for all callers', async () => {
    const { world, parameters } = source();
    expect(await Promise.all([parameters.get('/x'), parameters.get('/x')])).toEqual(['one', 'one']);
    world.value = 'two';
    expect(await parameters.get('/x')).toBe('one');
    expect(world.fetches).toBe(1);
  });

  it('fetches again after a failed first fetch', async () => {
    const { world, parameters } = source();
    world.down = true;
    await expect(parameters.get('/x')).rejects.toThrow('no answer');
    world.down = false;
    expect(await parameters.get('/x')).toBe('one');
  });

  it('refetches at most once a minute, once for concurrent callers', async () => {
    const { world, parameters } = source();
    await parameters.get('/x');
    world.value = 'two';
    expect(await parameters.refetch('/x')).toBe('one');
    world.now = 60_000;
    expect(await Promise.all([parameters.refetch('/x'), parameters.refetch('/x')])).toEqual(['two', 'two']);
    expect(await parameters.get('/x')).toBe('two');
    expect(world.fetches).toBe(2);
  });

  it('keeps the cached value when a refetch fails', async () => {
    const { world, parameters } = source();
    await parameters.get('/x');
    world.down = true;
    world.now = 60_000;
    await expect(parameters.refetch('/x')).rejects.toThrow('no answer');
    expect(await parameters.get('/x')).toBe('one');
    expect(await parameters.refetch('/x')).toBe('one');
    expect(world.fetches).toBe(2);
  });

  it('fetches a missing parameter at most once a minute', async () => {
    const { world, parameters } = source();
    world.value = undefined;
    expect(await parameters.find('/x')).toBeUndefined();
    await expect(parameters.get('/x')).rejects.toThrow('Parameter /x does not exist');
    expect(world.fetches).toBe(1);
    world.value = 'late';
    world.now = 60_000;
    expect(await parameters.find('/x')).toBe('late');
    expect(await parameters.get('/x')).toBe('late');
    expect(world.fetches).toBe(2);
  });
});
