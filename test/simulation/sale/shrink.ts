import type { Scenario } from './scenario.ts';

/**
 * The smallest scenario that can be found to fail in the same way: with parts of its actions left out, without one
 * fault after the other, without twins and wrong clocks.
 *
 * @param fails whether a scenario still does; it is asked at most `budget` times
 */
export async function shrink(
  scenario: Scenario,
  fails: (candidate: Scenario) => Promise<boolean>,
  budget = 120,
): Promise<Scenario> {
  let smallest = scenario;
  let asked = 0;
  const accept = async (candidate: Scenario): Promise<boolean> => {
    if (asked++ >= budget || !(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };

  for (const fault of Object.keys(scenario.rates))
    await accept({ ...smallest, rates: { ...smallest.rates, [fault]: 0 } });
  await accept({ ...smallest, skewMs: 0 });
  for (let size = Math.ceil(smallest.actions.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < smallest.actions.length; ) {
      const actions = smallest.actions.filter((_, index) => index < from || index >= from + size);
      if (!(await accept({ ...smallest, actions }))) from += size;
    }
  }
  await accept({
    ...smallest,
    actions: smallest.actions.map((action) => ('twins' in action ? { ...action, twins: 0 } : action)),
  });
  return smallest;
}
