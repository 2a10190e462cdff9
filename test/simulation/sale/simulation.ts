import { createHash } from 'node:crypto';
import { newId } from '../../../lib/platform/ids.ts';
import { createProduct } from '../../../lib/products/create-product.ts';
import { warmSdk } from '../dynamodb/documents.ts';
import type { Usage } from '../dynamodb/journal.ts';
import { createRandom } from '../runtime/random.ts';
import { createVirtualTime } from '../runtime/virtual-time.ts';
import { createDeliveryMonitor } from './delivery-invariants.ts';
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
  /** A hash of the history. It is the same for every run of a scenario. */
  readonly fingerprint: string;
  readonly faults: FaultCounts;
  readonly usage: Usage;
  readonly outcomes: Readonly<Record<string, number>>;
}

const customerCount = 8;
const sweepEveryMs = 60_000;
/** After the last fault, time for two sweeps and the last redelivered batch. */
const drainMs = 115_000;

/** Runs a scenario and checks the invariants, at every write and at the end. */
export async function simulate(scenario: Scenario, { rewrite, process, sweeps = true }: Mutant = {}): Promise<Report> {
  await warmSdk();
  const random = createRandom(scenario.seed);
  const time = createVirtualTime(random);
  const history: string[] = [];
  const log = (line: string) => history.push(`${time.now().toFixed(3)} ${line}`);
  let injectsFaults = false;
  const faults = createFaults(
    random.fork('faults'),
    scenario.rates,
    () => injectsFaults && time.now() < scenario.faultsUntilMs,
  );
  const restocks = new Map(
    scenario.actions.flatMap((action) => (action.kind === 'restock' ? [[`restock ${action.id}`, action.value]] : [])),
  );
  const monitor = createInvariantMonitor({
    now: time.now,
    log,
    mayAdd: (task, units) => task === 'setup' || restocks.get(task) === units,
  });
  const { skewMs, partitions } = scenario;
  const shop = await createSimulatedShop({
    time,
    random,
    partitions: () => partitions,
    skewMs,
    faults,
    observer: monitor.observer,
    rewrite,
    process,
    deliveries: createDeliveryMonitor({
      report: monitor.report,
      hadFaults: () => Object.keys(faults.counts).some((fault) => fault !== 'unreadable_record'),
    }),
  });
  const outcomes: Record<string, number> = {};

  await time.run(async () => {
    const initialStock = new Map<string, number>();
    for (const { stock, shards, price, limit } of scenario.products) {
      const input = {
        name: 'Ticket',
        stock,
        stock_shards: shards,
        price,
        currency: 'EUR',
        ...(limit === undefined ? {} : { limit_per_customer: limit }),
      };
      const { product } = await shop.request('createProduct', 'setup', (container) => createProduct(container, input));
      initialStock.set(product.id, stock);
    }
    const products = [...initialStock.keys()];
    const customers = Array.from({ length: customerCount }, newId);
    const shoppers = createShoppers({ time, shop, products, customers });
    const sellers = createSellers({ time, shop, products });
    const readers = createReaders({ time, shop, products });
    injectsFaults = true;
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
    const end = Math.max(time.now(), scenario.faultsUntilMs) + drainMs;
    while (time.now() < end) {
      await time.sleep(sweepEveryMs);
      if (sweeps) await shop.sweep();
    }
    checkFinalInvariants({ dynamodb: shop.dynamodb, monitor, shoppers, sellers, readers, initialStock });
    outcomes['sums read'] = readers.readings.length;
    for (const { action, result } of [...shoppers.placings, ...shoppers.cancellations, ...sellers.calls]) {
      const outcome = `${action.kind} ${result.status === 'rejected' ? result.code : result.status}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  });
  return {
    violations: monitor.violations,
    history,
    fingerprint: createHash('sha256').update(history.join('\n')).digest('hex'),
    faults: faults.counts,
    usage: shop.dynamodb.usage,
    outcomes,
  };
}
