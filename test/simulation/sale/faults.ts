import type { Fault } from '../dynamodb/service.ts';
import type { DeliveryFault } from '../lambda/event-source.ts';
import type { Random } from '../runtime/random.ts';
import { deliveryFaults, type FaultRates, requestFaults } from './scenario.ts';

const writes = /Put|Update|Delete|Transact/;

/** When an environment may crash, in milliseconds after the start of an invocation. */
const crashAfterMs = { from: 0, to: 400 };

export type FaultCounts = Partial<Record<keyof FaultRates, number>>;

/** Draws faults at their rates while `on()`, and counts them. */
export function createFaults(random: Random, rates: FaultRates, on: () => boolean) {
  const counts: FaultCounts = {};
  const ofRecords = random.fork('records');
  function draw<F extends keyof FaultRates>(names: readonly F[], source = random): F | undefined {
    if (!on()) return undefined;
    let roll = source.next();
    for (const name of names) {
      roll -= rates[name] ?? 0;
      if (roll >= 0) continue;
      counts[name] = (counts[name] ?? 0) + 1;
      return name;
    }
    return undefined;
  }
  const ofReads = requestFaults.filter((fault) => fault !== 'conflict');

  return {
    counts,
    ofRequest: (operation: string): Fault | undefined => draw(writes.test(operation) ? requestFaults : ofReads),
    isUnreadable: (): boolean => draw(['unreadable_record'], ofRecords) !== undefined,
    ofBatch: (): DeliveryFault | undefined => draw(deliveryFaults),
    crashAfterMs: (): number | undefined =>
      draw(['crash']) === undefined ? undefined : random.between(crashAfterMs.from, crashAfterMs.to),
  };
}
