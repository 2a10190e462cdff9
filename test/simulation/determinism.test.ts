import { describe, expect, it } from 'vitest';
import { scenarioOf } from './sale/scenario-arbitrary.ts';
import { simulate } from './sale/simulation.ts';

describe('a simulated sale', () => {
  it.each([1, 2, 3])('has the same history each time: seed %i', async (seed) => {
    const first = await simulate(scenarioOf(seed));
    // What another run leaves behind in the process must not matter.
    await simulate(scenarioOf(seed + 100));
    const second = await simulate(scenarioOf(seed));
    expect(first.history.length).toBeGreaterThan(20);
    expect(second.history).toEqual(first.history);
    expect(second.fingerprint).toBe(first.fingerprint);
  });

  it('has another history for another seed', async () => {
    const [first, second] = [await simulate(scenarioOf(1)), await simulate(scenarioOf(2))];
    expect(second.fingerprint).not.toBe(first.fingerprint);
  });

  it('leaves the clock, the timers and the randomness of the process as they were', async () => {
    const globals = () => [
      Date,
      globalThis.setTimeout,
      Math.random,
      crypto.getRandomValues,
      crypto.randomUUID,
    ];
    const before = globals();
    await simulate(scenarioOf(1));
    expect(globals().map((one, index) => one === before[index])).toEqual(before.map(() => true));
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
  });
});
