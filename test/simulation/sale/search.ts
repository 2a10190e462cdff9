import fc from 'fast-check';
import type { Mutant } from './mutants.ts';
import type { Scenario } from './scenario.ts';
import { anyScenario } from './scenario-arbitrary.ts';
import { type Report, simulate } from './simulation.ts';

/** How long shrinking may take before the smallest scenario found so far is reported. */
const shrinkLimitMs = 120_000;

export interface Failure {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly report: Report;
}

/** What happened in all simulated sales. */
export interface Coverage {
  sales: number;
  requests: number;
  conflicts: number;
  readonly faults: Record<string, number>;
  readonly outcomes: Record<string, number>;
}

/** Simulates `count` sales, one per seed, until one of them violates an invariant. */
export async function findViolation(
  firstSeed: number,
  count: number,
  mutant?: Mutant,
): Promise<{ coverage: Coverage; failure: Failure | undefined }> {
  const coverage: Coverage = { sales: 0, requests: 0, conflicts: 0, faults: {}, outcomes: {} };
  const violates = (report: Report) => {
    coverage.sales++;
    coverage.requests += report.usage.requests;
    coverage.conflicts += report.usage.conflicts;
    addTo(coverage.faults, report.faults);
    addTo(coverage.outcomes, report.outcomes);
    return report.violations.length > 0;
  };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const failure = await check(seed, mutant, violates, { endOnFailure: true });
    if (failure !== undefined) return { coverage, failure };
  }
  return { coverage, failure: undefined };
}

/** Finds a smaller scenario that violates the same invariant, in at most two minutes. */
export async function shrink(failure: Failure): Promise<Failure> {
  const [violated] = failure.report.violations;
  const violatesSame = ({ violations }: Report) => violations.some(({ rule }) => rule === violated?.rule);
  const parameters = { skipAllAfterTimeLimit: shrinkLimitMs };
  return (await check(failure.seed, undefined, violatesSame, parameters)) ?? failure;
}

/** Generates and simulates the sale of a seed. @returns the last failure, which is the smallest one if it was shrunk */
async function check(
  seed: number,
  mutant: Mutant | undefined,
  violates: (report: Report) => boolean,
  parameters: fc.Parameters<[Scenario]>,
): Promise<Failure | undefined> {
  let failure: Failure | undefined;
  const property = fc.asyncProperty(anyScenario, async (scenario) => {
    const report = await simulate(scenario, mutant);
    if (!violates(report)) return;
    failure = { seed, scenario, report };
    throw new Error(report.violations[0]?.rule);
  });
  const result = await fc.check(property, { seed, numRuns: 1, unbiased: true, ...parameters });
  if (result.failed && failure === undefined)
    throw new Error(`The simulation of seed ${seed} failed`, { cause: result.errorInstance });
  return failure;
}

function addTo(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
