import * as z from 'zod';
import { contextOf } from '../support/fixtures/domain-builders.ts';
import type { Operations } from './operations.ts';
import { replaying } from './replay.ts';
import { table } from './table.ts';
import { commandsOf, stepsOf } from './wire.ts';
import { eventFor, type World } from './world.ts';

const measuredMs = 4_000;
const answered = z.object({ statusCode: z.literal(409), body: z.string().includes('"out_of_stock"') });

/** How many requests for what is sold out one process refuses in a second, one after the other and without a network. */
export async function refusals(world: World, operations: Operations): Promise<string> {
  const rows = [];
  for (const [name, request] of Object.entries(await operations.soldOut())) {
    const handler = await world.load(name);
    const refuse = async () => answered.parse(await handler(eventFor(request), contextOf()));
    rows.push(
      await replaying(async () => {
        await refuse();
        const steps = stepsOf(await commandsOf(refuse));
        const start = performance.now();
        let count = 0;
        for (; performance.now() - start < measuredMs; count += 1) await refuse();
        const perSecond = (count * 1_000) / (performance.now() - start);
        return [name, perSecond.toFixed(0), steps.length];
      }),
    );
  }
  const columns = ['operation', 'refusals/s', 'requests in sequence within the second'];
  return `Sold-out refusals of one process, the shortage read anew each second\n\n${table(columns, rows)}`;
}
