import { describe, expect, it } from 'vitest';
import { campaign, seedsFrom } from './sale/campaign.ts';
import { mutants } from './sale/mutants.ts';

/** Each takes one protection out on the wire: as if the code that sends the request lacked it. */
describe('the checker finds out within 200 sales that the product lacks', () => {
  it.each(Object.entries(mutants))('%s', async (_name, mutant) => {
    const { failure } = await campaign(seedsFrom(1, 200), mutant);
    expect(failure?.report.violations[0]?.rule).toBeDefined();
  });
});
