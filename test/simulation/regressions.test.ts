import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulate } from './sale/simulation.ts';

const folder = join(import.meta.dirname, 'regressions');

/** Scenarios that violated an invariant in the past, as printed by `npm run simulate`. */
describe('simulate', () => {
  it.each(readdirSync(folder))('finds no violation in a scenario that failed before: %s', async (file) => {
    const { violations } = await simulate(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    expect(violations).toEqual([]);
  });
});
