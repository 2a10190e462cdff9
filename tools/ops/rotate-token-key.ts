import { OperatorError } from './operator-error.ts';
import { whileLocked } from './parameter-lock.ts';
import type { ParameterStore } from './parameter-store.ts';
import { type RotationStep, rotate } from './token-key-rotation.ts';

interface Dependencies {
  readonly store: Pick<ParameterStore, 'find' | 'create' | 'replace' | 'remove'>;
  readonly now: () => number;
}

/**
 * Takes one step of a rotation, one at a time whoever takes them.
 *
 * @throws {OperatorError} when it is not this step's turn or too early for it, there are no keys, or another run is at it;
 *   nothing was changed
 * @throws {Error} as `whileLocked` and `ParameterStore.replace` do
 */
export async function rotateTokenKey(
  { store, now }: Dependencies,
  { tokenKeys, step }: { readonly tokenKeys: string; readonly step: RotationStep },
): Promise<void> {
  await whileLocked(store, `${tokenKeys}-lock`, async () => {
    const stored = await store.find(tokenKeys);
    if (stored === undefined) throw new OperatorError(`there is no ${tokenKeys}: wrong stage or region?`);
    await store.replace(tokenKeys, stored, rotate(step, stored, now()));
  });
}
