import { contextOf } from '../support/fixtures/domain-builders.ts';
import { batchSize, type Operations } from './operations.ts';
import { table } from './table.ts';
import { commandsOf, stepsOf, tapWire } from './wire.ts';
import type { World } from './world.ts';
import { createMeter, type WriteUnits } from './write-units.ts';

interface Cost {
  readonly calls: number;
  readonly inSequence: number;
  readonly spent: readonly WriteUnits[];
}

/** Requests to DynamoDB and write units of each operation of a warm function, counted while it works on DynamoDB Local. */
export async function costs(world: World, operations: Operations): Promise<string> {
  const meter = await createMeter(world.client, world.prefix);

  async function costOf(run: () => Promise<unknown>): Promise<Cost> {
    let calls = 0;
    const spent: WriteUnits[] = [];
    const untap = tapWire(async (call, send) => {
      calls += 1;
      const { reply, spent: more } = await meter(call, send);
      spent.push(...more);
      return reply;
    });
    try {
      const steps = stepsOf(await commandsOf(run));
      return { calls, inSequence: steps.length, spent };
    } finally {
      untap();
    }
  }

  const rows = [];
  for (const [name, prepare] of Object.entries(operations.prepare)) {
    await world.invoke(name, await prepare());
    const request = await prepare();
    rows.push(rowOf(name, await costOf(() => world.invoke(name, request))));
  }
  const worker = await world.load('processOrders');
  const batch = await operations.batch();
  const { calls, inSequence, spent } = await costOf(() => worker(batch, contextOf()));
  rows.push(rowOf(`processOrders, each of ${batchSize} orders`, { calls, inSequence, spent }, batchSize));

  const columns = ['operation', 'requests', 'in sequence', 'write units', 'of indexes', 'of rate limits'];
  return `Requests to DynamoDB and write units, warm, items below 1 KB\n\n${table(columns, rows)}`;
}

function rowOf(name: string, { calls, inSequence, spent }: Cost, per = 1): string[] {
  const isLimit = ({ table }: WriteUnits) => table.endsWith('-rate_limits');
  const sum = (of: (one: WriteUnits) => number) => spent.reduce((total, one) => total + of(one), 0) / per;
  const counts = [
    calls / per,
    inSequence,
    sum((one) => (isLimit(one) ? 0 : one.units)),
    sum(({ indexUnits }) => indexUnits),
    sum((one) => (isLimit(one) ? one.units : 0)),
  ];
  return [name, ...counts.map((count) => String(Math.round(count * 100) / 100))];
}
