import fc from 'fast-check';
import { type Action, faultNames, type Scenario } from './scenario.ts';

const { constant, constantFrom, integer, nat, record } = fc;
const actionsMax = 39;
const cents = integer({ min: 1, max: 50 }).map((count) => count * 100);
const permille = nat(1_000);
const chance = (percent: number) => nat(99).map((roll) => roll >= 100 - percent);
/** Always generates a value; only shrinking replaces it by undefined. */
const removable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1_000_000_000 });

const product = record({
  stock: constantFrom(0, 3, 10, 30, 200),
  shards: constantFrom(1, 2, 4, 8, 32),
  price: cents,
  limit: fc.oneof({ weight: 3, arbitrary: constant(undefined) }, { weight: 2, arbitrary: integer({ min: 1, max: 6 }) }),
});

/** When an action happens: in which burst and how long after its start. */
const arrival = record({ burst: nat(11), delayMs: nat(400) });

const cancellation = record({ arrival, duplicates: constantFrom(0, 0, 1, 2), byStranger: chance(10) });

const orderOf = (productCount: number) =>
  record({
    kind: constantFrom('checkout', 'submit'),
    customer: nat(7),
    lines: fc.uniqueArray(record({ product: nat(productCount - 1), quantity: constantFrom(1, 1, 1, 2, 3, 12) }), {
      minLength: 1,
      maxLength: productCount,
      selector: (line) => line.product,
    }),
    keyed: chance(75),
    duplicates: constantFrom(0, 0, 0, 1, 2),
    cancellation: fc.oneof(
      { withCrossShrink: true },
      { weight: 5, arbitrary: constant(undefined) },
      { weight: 2, arbitrary: cancellation },
    ),
  });

const values = [
  { kind: 'restock', weight: 1, value: integer({ min: 1, max: 20 }) },
  { kind: 'restock', weight: 1, value: integer({ min: 1, max: 3 }) },
  { kind: 'price', weight: 3, value: cents },
  { kind: 'limit', weight: 2, value: integer({ min: 1, max: 8 }) },
  { kind: 'add_shards', weight: 1, value: integer({ min: 1, max: 32 }) },
  { kind: 'activate', weight: 1, value: constant(0) },
  { kind: 'deactivate', weight: 1, value: constant(0) },
  // Few products are deleted during their sale.
  { kind: 'delete', weight: 1, value: chance(30).map(Number) },
  { kind: 'read', weight: 2, value: constant(0) },
  { kind: 'browse', weight: 4, value: constant(0) },
] as const;

const productActionOf = (productCount: number) =>
  fc.oneof(
    ...values.map(({ kind, weight, value }) => ({
      weight,
      arbitrary: record({ kind: constant(kind), product: nat(productCount - 1), value }),
    })),
  );

const sweep = record({ kind: constant('sweep' as const), aheadMs: constantFrom(0, 61_000, 61_000) });

const ratesUpTo = (worst: number) =>
  record(
    Object.fromEntries(
      faultNames.map((name) => {
        // Batches, invocations and stream records are few, so their faults have to be frequent.
        const max = /batch|crash|record/.test(name) ? 0.4 : worst;
        const rate = permille.map((share) => (share * max) / 1_000);
        return [name, fc.oneof({ weight: 2, arbitrary: constant(0) }, { weight: 3, arbitrary: rate })];
      }),
    ),
  );

/** Without other faults, every readable order is decided by the first delivery of its batch. */
const onlyUnreadable = constant({ unreadable_record: 0.3 });

const scenarioWith = (productCount: number): fc.Arbitrary<Scenario> =>
  record({
    rates: fc.oneof(constant({}), onlyUnreadable, ratesUpTo(0.01), ratesUpTo(0.05), ratesUpTo(0.125)),
    skewMs: constantFrom(0, 50, 2_000),
    partitions: constantFrom(1, 4, 120),
    actionCount: integer({ min: 13, max: actionsMax }),
    planned: fc.array(
      removable(
        record({
          arrival,
          action: fc.oneof(
            { weight: 58, arbitrary: orderOf(productCount) },
            { weight: 37, arbitrary: productActionOf(productCount) },
            { weight: 5, arbitrary: sweep },
          ),
        }),
      ),
      { minLength: actionsMax, maxLength: actionsMax },
    ),
    spanMs: constantFrom(0, 2_000, 4_000, 20_000),
    bursts: fc.array(permille, { minLength: 1, maxLength: 4 }),
    products: fc.array(product, { minLength: productCount, maxLength: productCount }),
    seed: fc.noShrink(nat()),
  }).map(({ actionCount, planned, spanMs, bursts, ...scenario }) => {
    const timeOf = ({ burst, delayMs }: { burst: number; delayMs: number }) =>
      Math.round((spanMs * (bursts[burst % bursts.length] ?? 0)) / 1_000) + delayMs;
    const actions = planned.slice(0, actionCount).flatMap((slot, id): Action[] => {
      if (slot === undefined) return [];
      const atMs = timeOf(slot.arrival);
      if (!('cancellation' in slot.action)) return [{ id, atMs, ...slot.action }];
      const { cancellation, ...order } = slot.action;
      if (cancellation === undefined) return [{ id, atMs, ...order }];
      const { arrival, ...cancel } = cancellation;
      const cancelAtMs = Math.max(atMs, timeOf(arrival));
      return [
        { id, atMs, ...order },
        { id: actionsMax + id, atMs: cancelAtMs, kind: 'cancel', order: id, ...cancel },
      ];
    });
    return { ...scenario, actions: actions.sort((a, b) => a.atMs - b.atMs), faultsUntilMs: spanMs + 20_000 };
  });

/**
 * Generates sales: some without faults and some with many, some with plenty of stock and some with hardly any.
 *
 * Actions arrive in up to four bursts, because requests that arrive alone do not conflict. Shrinking removes faults, then
 * actions. The remaining actions keep their ids and times, so that cancellations still find their orders.
 */
export const anyScenario = constantFrom(1, 1, 2, 3).chain(scenarioWith);

/** Generates the scenario of one seed. */
export function scenarioOf(seed: number): Scenario {
  const [scenario] = fc.sample(anyScenario, { seed, numRuns: 1, unbiased: true });
  if (scenario === undefined) throw new Error(`Seed ${seed} generates no scenario`);
  return scenario;
}
