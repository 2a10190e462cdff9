import type { Mutant } from './mutants.ts';
import { type Scenario, scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';
import { type Report, simulate } from './simulation.ts';

export interface Failure {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly report: Report;
}

/** What happened in all runs together. */
export interface Tally {
  seeds: number;
  requests: number;
  conflicts: number;
  readonly faults: Record<string, number>;
  readonly outcomes: Record<string, number>;
}

const addTo = (sums: Record<string, number>, more: Readonly<Record<string, number>>): void => {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count;
};

/** Runs one seed after the other until one of them fails. */
export async function campaign(
  seeds: Iterable<number>,
  mutant?: Mutant,
): Promise<{ tally: Tally; failure: Failure | undefined }> {
  const tally: Tally = { seeds: 0, requests: 0, conflicts: 0, faults: {}, outcomes: {} };
  for (const seed of seeds) {
    const scenario = scenarioOf(seed);
    const report = await simulate(scenario, mutant);
    tally.seeds++;
    tally.requests += report.usage.requests;
    tally.conflicts += report.usage.conflicts;
    addTo(tally.faults, report.faults);
    addTo(tally.outcomes, report.outcomes);
    if (report.violations.length > 0) return { tally, failure: { seed, scenario, report } };
  }
  return { tally, failure: undefined };
}

/** The failure made as small as can be: it breaks the same rule. */
export async function shrunken({ seed, scenario, report }: Failure): Promise<Failure> {
  const rule = report.violations[0]?.rule;
  let smallest = report;
  const small = await shrink(scenario, async (candidate) => {
    const tried = await simulate(candidate);
    const same = tried.violations.some((violation) => violation.rule === rule);
    if (same) smallest = tried;
    return same;
  });
  return { seed, scenario: small, report: smallest };
}

export const seedsFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);
