import type { Fault } from '../dynamodb/service.ts';
import type { DeliveryFault } from '../lambda/event-source.ts';
import { createRandom, type Random } from '../runtime/random.ts';

/** Numbers of products, customers and actions are places in their lists. */
interface Wanted {
  readonly product: number;
  readonly quantity: number;
}

interface At {
  /** Names the action, also when others are taken out of the scenario. */
  readonly id: number;
  readonly atMs: number;
}

/** A customer orders. With a key it is repeated while the answer is missing or says so; a twin is sent beside it. */
export interface Ordering extends At {
  readonly kind: 'checkout' | 'submit';
  readonly customer: number;
  readonly lines: readonly Wanted[];
  readonly keyed: boolean;
  readonly twins: number;
}

export interface Cancelling extends At {
  readonly kind: 'cancel';
  /** The action whose order it is; nothing happens if that made none. */
  readonly order: number;
  readonly twins: number;
  /** Somebody else tries. */
  readonly byStranger: boolean;
}

export interface ProductAction extends At {
  readonly kind:
    | 'supply'
    | 'price'
    | 'activate'
    | 'deactivate'
    | 'limit'
    | 'grow'
    | 'delete'
    | 'look'
    | 'browse';
  readonly product: number;
  /** Units supplied, the price, the limit, or the number of shards. */
  readonly value: number;
}

interface Sweeping extends At {
  readonly kind: 'sweep';
  /** Makes the sweep believe it is later, so that it meets orders which their worker is at. */
  readonly aheadMs: number;
}

export type Action = Ordering | Cancelling | ProductAction | Sweeping;

interface ProductSetup {
  readonly stock: number;
  readonly shards: number;
  readonly price: number;
  readonly limit: number | undefined;
}

/** The probability of each fault, for each request, batch or invocation that it can befall. */
export type Rates = Readonly<Partial<Record<Fault | DeliveryFault | 'death', number>>>;

/** A sale from its beginning to its end: all that happens in it follows from this. */
export interface Scenario {
  readonly seed: number;
  readonly products: readonly ProductSetup[];
  readonly actions: readonly Action[];
  readonly rates: Rates;
  readonly skewMs: number;
  readonly partitions: number;
  /** From here on nothing goes wrong any more, so that all that was begun can end. */
  readonly calmAtMs: number;
}

export const requestFaults = [
  'conflict',
  'throttled',
  'error_before',
  'error_after',
  'lost_request',
  'lost_reply',
  'late',
  'slow',
] as const satisfies readonly Fault[];
export const deliveryFaults = ['redelivered', 'dropped'] as const satisfies readonly DeliveryFault[];
export const faultNames = [
  ...requestFaults,
  'death',
  ...deliveryFaults,
] as const satisfies readonly (keyof Rates)[];

/** A sale of its own for each seed: some calm and some wild, some with plenty of stock and some with hardly any. */
export function scenarioOf(seed: number): Scenario {
  const random = createRandom(seed).fork('scenario');
  const spanMs = random.pick([0, 2_000, 4_000, 20_000]);
  const products = Array.from({ length: random.pick([1, 1, 2, 3]) }, () => productSetup(random));
  // Clients come in crowds, since what comes alone meets nobody.
  const moments = Array.from({ length: random.between(1, 4) }, () => random.between(0, spanMs));
  const times = Array.from(
    { length: random.between(15, 45) },
    () => random.pick(moments) + random.between(0, 400),
  );
  const actions = times
    .sort((a, b) => a - b)
    .map((atMs, id) => actionOf(random, { id, atMs }, products.length));
  return {
    seed,
    products,
    actions,
    rates: ratesOf(random),
    skewMs: random.pick([0, 50, 2_000]),
    partitions: random.pick([1, 4, 120]),
    calmAtMs: spanMs + 20_000,
  };
}

const productSetup = (random: Random): ProductSetup => ({
  stock: random.pick([0, 3, 10, 30, 200]),
  shards: random.pick([1, 2, 4, 8, 32]),
  price: random.between(1, 50) * 100,
  limit: random.chance(0.4) ? random.between(1, 6) : undefined,
});

function ratesOf(random: Random): Rates {
  const worst = random.pick([0, 0.02, 0.1, 0.25]);
  const often = { death: 0.15, redelivered: 0.4, dropped: 0.15 };
  const drawn = faultNames.map((name) => {
    const rate = random.chance(0.6) ? worst * random.next() * 0.5 : 0;
    const raised = worst > 0 && name in often && random.chance(0.5);
    return [name, raised ? Math.max(rate, random.next() * 0.4) : rate] as const;
  });
  return Object.fromEntries(drawn);
}

function actionOf(random: Random, at: At, products: number): Action {
  const roll = random.next();
  if (roll < 0.5) {
    return { ...at, kind: random.chance(0.5) ? 'checkout' : 'submit', ...orderingOf(random, products) };
  }
  if (roll < 0.64) {
    const order = random.between(Math.max(0, at.id - 12), Math.max(0, at.id - 1));
    const twins = random.pick([0, 0, 1, 2]);
    return { ...at, kind: 'cancel', order, twins, byStranger: random.chance(0.1) };
  }
  if (roll < 0.68) return { ...at, kind: 'sweep', aheadMs: random.pick([0, 61_000, 61_000]) };
  const change = random.pick(productActions);
  return { ...at, kind: change.kind, product: random.between(0, products - 1), value: change.value(random) };
}

/** As often as each is in the list. */
const productActions = [
  { kind: 'supply', value: (random: Random) => random.between(1, 20) },
  { kind: 'supply', value: (random: Random) => random.between(1, 3) },
  { kind: 'price', value: (random: Random) => random.between(1, 50) * 100 },
  { kind: 'price', value: (random: Random) => random.between(1, 50) * 100 },
  { kind: 'price', value: (random: Random) => random.between(1, 50) * 100 },
  { kind: 'limit', value: (random: Random) => random.between(1, 8) },
  { kind: 'limit', value: (random: Random) => random.between(1, 8) },
  { kind: 'grow', value: (random: Random) => random.between(1, 32) },
  { kind: 'activate', value: () => 0 },
  { kind: 'deactivate', value: () => 0 },
  { kind: 'delete', value: (random: Random) => Number(random.chance(0.3)) },
  { kind: 'look', value: () => 0 },
  { kind: 'look', value: () => 0 },
  { kind: 'browse', value: () => 0 },
  { kind: 'browse', value: () => 0 },
  { kind: 'browse', value: () => 0 },
  { kind: 'browse', value: () => 0 },
] as const;

function orderingOf(random: Random, products: number) {
  const chosen = Array.from({ length: products }, (_, product) => product).filter(() => random.chance(0.6));
  const lines = (chosen.length === 0 ? [0] : chosen).map((product) => ({
    product,
    quantity: random.pick([1, 1, 1, 2, 3, 12]),
  }));
  const twins = random.pick([0, 0, 0, 1, 2]);
  return { customer: random.between(0, 7), lines, keyed: random.chance(0.75), twins };
}
