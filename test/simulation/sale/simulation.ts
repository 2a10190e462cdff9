import { createHash } from 'node:crypto';
import { newId } from '../../../lib/platform/ids.ts';
import { createProduct } from '../../../lib/products/create-product.ts';
import { warmSdk } from '../dynamodb/documents.ts';
import type { Usage } from '../dynamodb/journal.ts';
import { createRandom } from '../runtime/random.ts';
import { createVirtualTime } from '../runtime/virtual-time.ts';
import { createFaults, type FaultCounts } from './faults.ts';
import { checkFinalInvariants } from './final-invariants.ts';
import { createInvariantMonitor, type Violation } from './invariant-monitor.ts';
import type { Mutant } from './mutants.ts';
import { createReaders } from './readers.ts';
import type { Action, Scenario } from './scenario.ts';
import { createSellers } from './sellers.ts';
import { createSimulatedShop } from './shop.ts';
import { createShoppers } from './shoppers.ts';

export interface Report {
  readonly violations: readonly Violation[];
  readonly history: readonly string[];
  /** Of the history: two runs of one scenario have the same. */
  readonly fingerprint: string;
  readonly faults: FaultCounts;
  readonly usage: Usage;
  readonly outcomes: Readonly<Record<string, number>>;
}

const customerCount = 8;
const sweepEveryMs = 60_000;
/** After the last fault: two sweeps take up what is left, and the last late batch has come. */
const calmMs = 115_000;

/** Runs a scenario from its beginning to its end and checks every invariant while it runs and when it is over. */
export async function simulate(scenario: Scenario, { rewrite, sweeps = true }: Mutant = {}): Promise<Report> {
  await warmSdk();
  const random = createRandom(scenario.seed);
  const time = createVirtualTime(random);
  const history: string[] = [];
  const log = (line: string) => history.push(`${time.now().toFixed(3)} ${line}`);
  let chaos = false;
  const faults = createFaults(
    random.fork('faults'),
    scenario.rates,
    () => chaos && time.now() < scenario.faultsUntilMs,
  );
  const supplies = new Map(
    scenario.actions.flatMap((action) =>
      action.kind === 'restock' ? [[`restock ${action.id}`, action.value]] : [],
    ),
  );
  const watch = createInvariantMonitor({
    now: time.now,
    log,
    mayAdd: (task, units) => task === 'open' || supplies.get(task) === units,
  });
  const { skewMs, partitions } = scenario;
  const shop = await createSimulatedShop({
    time,
    random,
    partitions: () => partitions,
    skewMs,
    faults,
    observer: watch.observer,
    rewrite,
  });
  const outcomes: Record<string, number> = {};

  await time.run(async () => {
    const opening = new Map<string, number>();
    for (const { stock, shards, price, limit } of scenario.products) {
      const input = {
        name: 'Ticket',
        stock,
        stock_shards: shards,
        price,
        ...(limit === undefined ? {} : { limit_per_customer: limit }),
      };
      const { product } = await shop.request('createProduct', 'open', (container) =>
        createProduct(container, input),
      );
      opening.set(product.id, stock);
    }
    const products = [...opening.keys()];
    const customers = Array.from({ length: customerCount }, newId);
    const shoppers = createShoppers({ time, shop, products, customers });
    const sellers = createSellers({ time, shop, products });
    const readers = createReaders({ time, shop, products });
    chaos = true;
    const perform = (action: Action): Promise<void> => {
      switch (action.kind) {
        case 'checkout':
        case 'submit':
          return shoppers.order(action);
        case 'cancel':
          return shoppers.cancel(action);
        case 'sweep':
          return shop.sweep(action.aheadMs);
        case 'browse':
          return readers.browse(action);
        default:
          return sellers.work(action);
      }
    };
    await Promise.all(
      scenario.actions.map(async (action) => {
        await time.sleep(action.atMs);
        await perform(action);
        log(`done ${JSON.stringify(action)}`);
      }),
    );
    const end = Math.max(time.now(), scenario.faultsUntilMs) + calmMs;
    while (time.now() < end) {
      await time.sleep(sweepEveryMs);
      if (sweeps) await shop.sweep();
    }
    checkFinalInvariants({ dynamodb: shop.dynamodb, watch, shoppers, sellers, readers, opening });
    outcomes['sums read'] = readers.readings.length;
    for (const { action, answer } of [...shoppers.placings, ...shoppers.cancellations, ...sellers.calls]) {
      const outcome = `${action.kind} ${answer.told === 'refused' ? answer.code : answer.told}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  });
  return {
    violations: watch.violations,
    history,
    fingerprint: createHash('sha256').update(history.join('\n')).digest('hex'),
    faults: faults.counts,
    usage: shop.dynamodb.usage,
    outcomes,
  };
}
