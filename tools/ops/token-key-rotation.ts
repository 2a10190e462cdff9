import * as z from 'zod/mini';
import { newTokenKey } from '../../lib/accounts/generate-secrets.ts';
import { toIso } from '../../lib/platform/clock.ts';
import { parseJson } from './json.ts';
import { OperatorError } from './operator-error.ts';

export const rotationSteps = ['add', 'promote', 'retire', 'replace'] as const;
export type RotationStep = (typeof rotationSteps)[number];

const key = z.object({
  kid: z.string(),
  k: z.string(),
  /** When a rotation made it; tells the two keys of one apart. The service does not read it. */
  made_at: z.optional(z.iso.datetime()),
});
type Key = z.output<typeof key>;
const keyRing = z.object({ keys: z.array(key).check(z.minLength(1)) });

/** Containers look at the parameter again once a minute, and one that signed may have looked just before. */
const spreadMs = 120_000;
/** A guest's token lives 24 hours, and the last one with the old key was made while the new first key spread. */
const lastTokenMs = 86_400_000 + spreadMs;

/** Where a rotation stands: before it, with the new key behind the old one, or before it. */
type Phase = 'settled' | 'added' | 'promoted';

/**
 * The parameter after the next step of a rotation. Tokens that are valid stay valid through `add`, `promote` and
 * `retire`; `replace` ends all of them, and works in every phase.
 *
 * @param stored the parameter's value, and when it was last changed in milliseconds since the epoch
 * @throws {OperatorError} when it is not this step's turn, or too early for it
 */
export function rotate(
  step: RotationStep,
  stored: { readonly value: string; readonly changedAt: number },
  now: number,
): string {
  const made: Key = { ...newTokenKey(), made_at: toIso(now) };
  if (step === 'replace') return JSON.stringify({ keys: [made] });

  const keys = keysIn(stored.value);
  const turn = { add: 'settled', promote: 'added', retire: 'promoted' } as const;
  const wait = { add: 0, promote: spreadMs, retire: lastTokenMs };
  const phase = phaseOf(keys);
  if (phase !== turn[step]) throw new OperatorError(`it is not the turn of "${step}": ${whatIs[phase]}`);
  const from = stored.changedAt + wait[step];
  if (now < from)
    throw new OperatorError(`too early: "${step}" is safe from ${toIso(from)}, in ${duration(from - now)}`);
  const next = { add: [...keys, made], promote: keys.toReversed(), retire: keys.slice(0, 1) };
  return JSON.stringify({ keys: next[step] });
}

/** What the operator does after a step. */
export const afterwards: Readonly<Record<RotationStep, string>> = {
  add: 'The new key verifies and does not sign yet. In two minutes or later: --step promote',
  promote: 'The new key signs. In 24 hours and two minutes or later: --step retire',
  retire: 'The old key is gone. The rotation is done.',
  replace:
    'All tokens end with the deployment that must follow now, since running containers keep the keys they know: ' +
    'npm run deploy -- --force --stage …',
};

const whatIs: Readonly<Record<Phase, string>> = {
  settled: 'there is one key, so a rotation begins with "add"',
  added: 'the new key is behind the old one, so "promote" comes next',
  promoted: 'the new key is first, so "retire" comes next',
};

function keysIn(value: string): readonly Key[] {
  const parsed = keyRing.safeParse(parseJson(value));
  // Without the parser's words, which would quote a secret.
  if (!parsed.success) throw new OperatorError('the parameter does not hold {"keys": [{"kid", "k"}]}');
  return parsed.data.keys;
}

function phaseOf(keys: readonly Key[]): Phase {
  const [first, second] = keys.map(({ made_at }) => (made_at === undefined ? 0 : Date.parse(made_at)));
  if (keys.length === 1) return 'settled';
  if (keys.length > 2 || first === undefined || second === undefined || first === second)
    throw new OperatorError(
      'the parameter holds keys that no rotation of this command left: see docs/runbook.md',
    );
  return first > second ? 'promoted' : 'added';
}

function duration(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}
