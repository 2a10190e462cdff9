import { parseArgs } from 'node:util';
import { conduct, type LoadRequest, UsageError } from './conduct.ts';

const usage = `usage: npm run load [-- --quick] [--target URL] [--out DIR] [-- ARTILLERY OPTIONS]
  --quick       half a minute of load instead of two
  --target URL  a store that runs already; without it the whole system is started here and stopped again
  --out DIR     where the report goes, .load/<time> if left out
  ADMIN_EMAIL and ADMIN_PASSWORD in the environment: an ADMIN of the target, where nobody may register as one
  What follows another -- goes to Artillery, such as --platform aws:lambda --count 20`;

function readOptions(): LoadRequest {
  try {
    const { values, positionals } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        target: { type: 'string' },
        out: { type: 'string' },
      },
      allowPositionals: true,
    });
    const afterDashes = process.argv.indexOf('--') + 1;
    const artilleryArgs = afterDashes === 0 ? [] : process.argv.slice(afterDashes);
    const [stray] = positionals.slice(0, positionals.length - artilleryArgs.length);
    if (stray !== undefined) throw new UsageError(`"${stray}" is no option`);
    const { quick, target, out } = values;
    const count = artilleryArgs[artilleryArgs.indexOf('--count') + 1];
    const workers = artilleryArgs.includes('--count') ? Number(count) : 1;
    if (!Number.isInteger(workers) || workers < 1) throw new UsageError(`--count ${count} is no number`);
    return { profile: quick ? 'quick' : 'full', target, out, artilleryArgs, workers };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

await conduct(readOptions, usage);
