import * as z from 'zod/mini';
import { newTokenKey } from '../../lib/accounts/generate-secrets.ts';
import { toIso } from '../../lib/platform/clock.ts';
import { parseJson } from '../../lib/platform/json.ts';
import { OperatorError } from './operator-error.ts';

export const rotationSteps = ['add', 'promote', 'retire', 'replace'] as const;
export type RotationStep = (typeof rotationSteps)[number];

const key = z.object({
  kid: z.string(),
  k: z.string(),
  /** Creation time, which tells the two keys of a rotation apart. The service does not read it. */
  made_at: z.optional(z.iso.datetime()),
});
type Key = z.output<typeof key>;
const keyRing = z.object({ keys: z.array(key).check(z.minLength(1)) });

/** Containers refetch the parameter at most once a minute; twice that is enough for all to have the new value. */
const spreadMs = 120_000;
/** A guest's token lives 24 hours, and the last one signed with the old key was issued while containers refetched. */
const lastTokenMs = 86_400_000 + spreadMs;

/** Position of the newer key: only one key, second, or first. */
type Phase = 'single' | 'added' | 'promoted';

/**
 * Returns the parameter's value after a step of a rotation. Valid tokens stay valid through `add`, `promote` and `retire`;
 * `replace` invalidates all tokens and works in every phase.
 *
 * @param stored the parameter's value, and when it was last changed in milliseconds since the epoch
 * @throws {OperatorError} when the step is out of order or too early
 */
export function rotate(
  step: RotationStep,
  stored: { readonly value: string; readonly changedAt: number },
  now: number,
): string {
  const made: Key = { ...newTokenKey(), made_at: toIso(now) };
  if (step === 'replace') return JSON.stringify({ keys: [made] });

  const keys = keysIn(stored.value);
  const turn = { add: 'single', promote: 'added', retire: 'promoted' } as const;
  const wait = { add: 0, promote: spreadMs, retire: lastTokenMs };
  const phase = phaseOf(keys);
  if (phase !== turn[step]) throw new OperatorError(`Cannot run "${step}" now: ${phaseWords[phase]}.`);
  const from = stored.changedAt + wait[step];
  if (now < from)
    throw new OperatorError(`Too early: "${step}" is safe from ${toIso(from)}, in ${duration(from - now)}.`);
  const next = { add: [...keys, made], promote: keys.toReversed(), retire: keys.slice(0, 1) };
  return JSON.stringify({ keys: next[step] });
}

/** What the operator must do after a step. */
export const afterwards: Readonly<Record<RotationStep, string>> = {
  add: 'The new key verifies tokens but does not sign yet. Wait at least two minutes, then run --step promote.',
  promote: 'The new key signs. Wait at least 24 hours and two minutes, then run --step retire.',
  retire: 'The old key is removed. The rotation is complete.',
  replace:
    'Deploy now: running containers keep the old keys until then, and the deployment invalidates all tokens: ' +
    'npm run deploy -- --force --stage …',
};

const phaseWords: Readonly<Record<Phase, string>> = {
  single: 'there is one key, so the next step is "add"',
  added: 'the new key is second, so the next step is "promote"',
  promoted: 'the new key is first, so the next step is "retire"',
};

function keysIn(value: string): readonly Key[] {
  const parsed = keyRing.safeParse(parseJson(value));
  // The parser's message would quote a secret.
  if (!parsed.success) throw new OperatorError('The parameter does not have the form {"keys": [{"kid", "k"}]}.');
  return parsed.data.keys;
}

function phaseOf(keys: readonly Key[]): Phase {
  const [first, second] = keys.map(({ made_at }) => (made_at === undefined ? 0 : Date.parse(made_at)));
  if (keys.length === 1) return 'single';
  if (keys.length > 2 || first === undefined || second === undefined || first === second)
    throw new OperatorError('The parameter holds keys that this command did not create. See docs/runbook.md.');
  return first > second ? 'promoted' : 'added';
}

function duration(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
