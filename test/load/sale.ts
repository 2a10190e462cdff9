import { parseArgs } from 'node:util';
import { conduct, type LoadRequest, UsageError } from './conduct.ts';

const usage = `usage: npm run sale [-- --out DIR]
  --out DIR  where the report goes, .load/<time> if left out`;

/** Starts the whole system and sells 1,000 units of one product to 10,000 shoppers at once. */
function readOptions(): LoadRequest {
  try {
    const { values } = parseArgs({ options: { out: { type: 'string' } } });
    return { profile: 'sale', target: undefined, out: values.out, artilleryArgs: [], workers: 1 };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

await conduct(readOptions, usage);
