import { parseArgs } from 'node:util';
import * as z from 'zod/mini';
import { rotationSteps } from './token-key-rotation.ts';

export const usage = `usage: npm run ops -- COMMAND --stage NAME [...]
  make-secrets                                          the two parameters that a first deployment needs
  make-first-admin --api URL --email ADDRESS            asks for the password, spends the bootstrap secret
  rotate-token-key --step add|promote|retire|replace    one step of a rotation, where it is safe
  decide-orders                                         what the sweep does, now: orders PENDING for over a minute
Credentials and region are those of the AWS SDK: AWS_PROFILE, AWS_REGION and so on.`;

export class UsageError extends Error {}

const stage = z
  .string({ error: 'is missing' })
  .check(z.regex(/^[a-z][a-z0-9-]{0,30}$/, { error: 'is no stage name' }));

/** The password goes over this connection. */
const api = z.url({ error: 'is no URL' }).check(
  z.refine(
    (url) => {
      if (!URL.canParse(url)) return true; // is said already
      const { protocol, hostname } = new URL(url);
      return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost';
    },
    { error: 'must begin with https://' },
  ),
);

const email = z.email({ error: 'is no e-mail address' });
const step = z.enum(rotationSteps, { error: `is one of ${rotationSteps.join(', ')}` });

const command = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('make-secrets'), stage }),
  z.strictObject({ command: z.literal('make-first-admin'), stage, api, email }),
  z.strictObject({ command: z.literal('rotate-token-key'), stage, step }),
  z.strictObject({ command: z.literal('decide-orders'), stage }),
]);
export type Command = z.output<typeof command>;

export const asksForHelp = (args: readonly string[]): boolean =>
  args[0] === 'help' || args.includes('--help') || args.includes('-h');

/** @throws {UsageError} that names what is wrong, for anything but one whole command */
export function readCommand(args: string[]): Command {
  const text = { type: 'string' } as const;
  const options = { stage: text, api: text, email: text, step: text };
  try {
    const { values, positionals, tokens } = parseArgs({
      args,
      options,
      allowPositionals: true,
      tokens: true,
    });
    const given = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = new Set(given.filter((name, index) => given.indexOf(name) !== index));
    if (twice.size > 0) throw new UsageError(`--${[...twice].join(', --')}: is given twice`);
    const [name, ...others] = positionals;
    if (name === undefined) throw new UsageError('which command?');
    if (others.length > 0) throw new UsageError(`one command at a time, not also "${others.join(' ')}"`);
    const parsed = command.safeParse({ command: name, ...values });
    if (parsed.success) return parsed.data;
    throw new UsageError(parsed.error.issues.map(wordsOf).join('\n'));
  } catch (error) {
    // Of parseArgs, for an option that there is not or that has no value.
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function wordsOf(issue: z.core.$ZodIssue): string {
  const [name = ''] = issue.path.map(String);
  if (name === 'command') return 'there is no such command';
  if (issue.code === 'unrecognized_keys') return `--${issue.keys.join(', --')}: not for this command`;
  return `--${name}: ${issue.message}`;
}
