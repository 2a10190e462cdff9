import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { rotationSteps } from './token-key-rotation.ts';

export const usage = `Usage: npm run ops -- COMMAND --stage NAME [...]
  make-secrets                                          creates the two parameters for a first deployment
  make-first-admin --api URL --email ADDRESS            asks for a password and uses the bootstrap secret
  rotate-token-key --step add|promote|retire|replace    runs the next step of a key rotation if it is safe
  decide-orders                                         decides orders that have been PENDING for over a minute
  export-customer --customer ID|ADDRESS                 prints everything that is stored about a customer, as JSON
  erase-customer --customer ID|ADDRESS                  deletes account and cart, makes orders anonymous; asks first
  check-ledger [--tables PREFIX]                        compares stock, orders and purchases while nothing writes
  restore-tables --from PREFIX                          copies restored tables into those of the stage; asks first
The AWS SDK finds credentials and region as usual: AWS_PROFILE, AWS_REGION and so on.`;

export class UsageError extends Error {}

const stage = z
  .string({ error: 'missing' })
  .check(z.regex(/^[a-z][a-z0-9-]{0,30}$/, { error: 'not a valid stage name' }));

/** The URL of an API. HTTPS unless local, because the password is sent over this connection. */
export const apiUrl = z.url({ error: 'not a valid URL' }).check(
  z.refine(
    (url) => {
      if (!URL.canParse(url)) return true; // z.url reports it
      const { protocol, hostname } = new URL(url);
      return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost';
    },
    { error: 'must start with https://' },
  ),
);

const email = z.email({ error: 'not a valid email address' });
const customer = z
  .union([z.uuid(), z.email()], { error: 'must be a customer ID or an email address' })
  .check(z.toLowerCase());
const prefix = z
  .string({ error: 'missing' })
  .check(z.regex(/^[A-Za-z0-9_.-]{1,100}$/, { error: 'not a valid table name prefix' }));
const step = z.enum(rotationSteps, { error: `must be one of ${rotationSteps.join(', ')}` });

const command = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('make-secrets'), stage }),
  z.strictObject({ command: z.literal('make-first-admin'), stage, api: apiUrl, email }),
  z.strictObject({ command: z.literal('rotate-token-key'), stage, step }),
  z.strictObject({ command: z.literal('decide-orders'), stage }),
  z.strictObject({ command: z.literal('check-ledger'), stage, tables: z.optional(prefix) }),
  z.strictObject({ command: z.literal('restore-tables'), stage, from: prefix }),
  z.strictObject({ command: z.literal('export-customer'), stage, customer }),
  z.strictObject({ command: z.literal('erase-customer'), stage, customer }),
]);
export type Command = z.output<typeof command>;

export const asksForHelp = (args: readonly string[]): boolean =>
  args[0] === 'help' || args.includes('--help') || args.includes('-h');

/** Parses the arguments of one command. @throws {UsageError} that lists what is wrong */
export function readCommand(args: string[]): Command {
  const text = { type: 'string' } as const;
  const options = { stage: text, api: text, email: text, step: text, customer: text, from: text, tables: text };
  try {
    const { values, positionals, tokens } = parseArgs({
      args,
      options,
      allowPositionals: true,
      tokens: true,
    });
    const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = new Set(given.filter((name, index) => given.indexOf(name) !== index));
    if (twice.size > 0) throw new UsageError(`Option given twice: --${[...twice].join(', --')}.`);
    const [name, ...others] = positionals;
    if (name === undefined) throw new UsageError('Missing command.');
    if (others.length > 0) throw new UsageError(`Unexpected argument: ${others.join(' ')}.`);
    const parsed = command.safeParse({ command: name, ...values });
    if (parsed.success) return parsed.data;
    throw new UsageError(parsed.error.issues.map(describeIssue).join('\n'));
  } catch (error) {
    // parseArgs throws it for an unknown option or a missing value.
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const [name = ''] = issue.path.map(String);
  if (name === 'command') return 'Unknown command.';
  if (issue.code === 'unrecognized_keys') return `Option not valid for this command: --${issue.keys.join(', --')}.`;
  return `--${name}: ${issue.message}`;
}
