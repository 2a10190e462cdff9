import { describe, expect, it } from 'vitest';
import { scenarioOf } from './sale/scenario-arbitrary.ts';
import { simulate } from './sale/simulation.ts';

describe('simulate', () => {
  it.each([1, 2, 3])('produces the same history for the same seed: %i', async (seed) => {
    const first = await simulate(scenarioOf(seed));
    // State that another run leaves in the process must have no effect.
    await simulate(scenarioOf(seed + 100));
    const second = await simulate(scenarioOf(seed));
    expect(first.history.length).toBeGreaterThan(20);
    expect(second.history).toEqual(first.history);
    expect(second.fingerprint).toBe(first.fingerprint);
  });

  it('produces another history for another seed', async () => {
    const [first, second] = [await simulate(scenarioOf(1)), await simulate(scenarioOf(2))];
    expect(second.fingerprint).not.toBe(first.fingerprint);
  });

  it('restores the clock, timers and randomness of the process', async () => {
    const globals = () => [Date, globalThis.setTimeout, Math.random, crypto.getRandomValues, crypto.randomUUID];
    const before = globals();
    await simulate(scenarioOf(1));
    expect(globals().map((one, index) => one === before[index])).toEqual(before.map(() => true));
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
  });
});
