import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Kind, LoadFixtures, Shopper } from './fixtures.ts';
import type { Profile } from './profiles.ts';

const scenarios = join(import.meta.dirname, 'scenarios');
const processor = 'shopper.mts';

const phase = z.looseObject({ name: z.string(), duration: z.number() });
const script = z.looseObject({
  config: z.looseObject({
    environments: z.record(z.string(), z.looseObject({ phases: z.array(phase) })),
  }),
  scenarios: z.array(z.unknown()),
});

export interface Script {
  readonly file: string;
  /** The duration of all phases. */
  readonly seconds: number;
}

/** Writes a profile's script for Artillery into a directory, with everything that a worker needs. */
export async function writeScript(
  directory: string,
  { script: source, name }: Profile,
  { products, customers, bots }: LoadFixtures,
  workers: number,
): Promise<Script> {
  const parsed = script.parse(parse(await readFile(join(scenarios, source), 'utf8'), { merge: true }));
  const phases = parsed.config.environments[name]?.phases ?? [];
  const secondsOf = (some: typeof phases) => some.reduce((sum, { duration }) => sum + duration, 0);
  const cancellations = phases.findIndex((one) => one.name === 'cancellations');
  const idsOf = (wanted: Kind) => products.filter(({ kind }) => kind === wanted).map(({ id }) => id);
  const variables = {
    secondsToCancellations: secondsOf(phases.slice(0, Math.max(0, cancellations))),
    ...Object.fromEntries((['hot', 'scarce', 'regular'] as const).map((kind) => [kind, idsOf(kind)])),
  };
  // Workers on other machines all start with the first row, so they draw rows at random.
  const order = workers === 1 ? 'sequence' : 'random';
  const payload = [
    { path: 'customers.csv', fields: ['customer_id', 'token'], order, cast: false },
    // Artillery cannot read an empty file.
    ...(bots.length > 0 ? [{ path: 'bots.csv', fields: ['bot_id', 'bot_token'], order, cast: false }] : []),
  ];
  const file = join(directory, 'artillery.json');
  const complete = {
    ...parsed,
    config: { ...parsed.config, processor: `./${processor}`, payload, variables },
  };
  const rows = (shoppers: readonly Shopper[]) => shoppers.map(({ id, token }) => `${id},${token}\n`).join('');
  await Promise.all([
    copyFile(join(scenarios, processor), join(directory, processor)),
    writeFile(join(directory, 'customers.csv'), rows(customers), { mode: 0o600 }),
    writeFile(join(directory, 'bots.csv'), rows(bots), { mode: 0o600 }),
    writeFile(file, JSON.stringify(complete)),
  ]);
  return { file, seconds: secondsOf(phases) };
}
