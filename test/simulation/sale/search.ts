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

class InvariantViolation extends Error {
  readonly scenario: Scenario;
  readonly report: Report;

  constructor(scenario: Scenario, report: Report) {
    super(report.violations[0]?.rule);
    this.scenario = scenario;
    this.report = report;
  }
}

/** Generates and checks the sale of one seed. @throws {Error} when the simulation itself fails */
async function check(
  seed: number,
  run: (scenario: Scenario) => Promise<void>,
  parameters: fc.Parameters<[Scenario]>,
): Promise<Failure | undefined> {
  const property = fc.asyncProperty(anyScenario, run);
  const { failed, errorInstance } = await fc.check(property, {
    seed,
    numRuns: 1,
    unbiased: true,
    ...parameters,
  });
  if (!failed) return undefined;
  if (!(errorInstance instanceof InvariantViolation))
    throw new Error(`The simulation of seed ${seed} failed`, { cause: errorInstance });
  return { seed, scenario: errorInstance.scenario, report: errorInstance.report };
}

/** Simulates `count` sales, one per seed, until one of them violates an invariant. */
export async function findViolation(
  firstSeed: number,
  count: number,
  mutant?: Mutant,
): Promise<{ coverage: Coverage; failure: Failure | undefined }> {
  const coverage: Coverage = { sales: 0, requests: 0, conflicts: 0, faults: {}, outcomes: {} };
  const run = async (scenario: Scenario) => {
    const report = await simulate(scenario, mutant);
    coverage.sales++;
    coverage.requests += report.usage.requests;
    coverage.conflicts += report.usage.conflicts;
    addTo(coverage.faults, report.faults);
    addTo(coverage.outcomes, report.outcomes);
    if (report.violations.length > 0) throw new InvariantViolation(scenario, report);
  };
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const failure = await check(seed, run, { endOnFailure: true });
    if (failure !== undefined) return { coverage, failure };
  }
  return { coverage, failure: undefined };
}

/** Finds a smaller scenario that violates the same invariant, in at most two minutes. */
export async function shrink(failure: Failure): Promise<Failure> {
  const [violated] = failure.report.violations;
  const run = async (scenario: Scenario) => {
    const report = await simulate(scenario);
    if (report.violations.some(({ rule }) => rule === violated?.rule))
      throw new InvariantViolation(scenario, report);
  };
  return (await check(failure.seed, run, { skipAllAfterTimeLimit: shrinkLimitMs })) ?? failure;
}

function addTo(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
