import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { simulate } from './sale/simulation.ts';

const folder = join(import.meta.dirname, 'regressions');

/** Scenarios that broke an invariant once, as `npm run simulate` printed them. */
describe('a sale that went wrong once', () => {
  it.each(readdirSync(folder))('goes right: %s', async (file) => {
    const { violations } = await simulate(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    expect(violations).toEqual([]);
  });
});
