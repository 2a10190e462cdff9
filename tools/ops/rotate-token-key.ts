import { OperatorError } from './operator-error.ts';
import { whileLocked } from './parameter-lock.ts';
import type { ParameterStore } from './parameter-store.ts';
import { type RotationStep, rotate } from './token-key-rotation.ts';

interface Dependencies {
  readonly store: Pick<ParameterStore, 'find' | 'create' | 'replace' | 'remove'>;
  readonly now: () => number;
}

/**
 * Performs one step of a key rotation. A lock excludes concurrent runs.
 *
 * @throws {OperatorError} when the step is out of order or too early, there are no keys, or another run holds the lock;
 *   nothing was changed
 * @throws {Error} as `whileLocked` and `ParameterStore.replace` do
 */
export async function rotateTokenKey(
  { store, now }: Dependencies,
  { tokenKeys, step }: { readonly tokenKeys: string; readonly step: RotationStep },
): Promise<void> {
  await whileLocked(store, `${tokenKeys}-lock`, async () => {
    const stored = await store.find(tokenKeys);
    if (stored === undefined)
      throw new OperatorError(`Parameter ${tokenKeys} not found. Check the stage and the region.`);
    await store.replace(tokenKeys, stored, rotate(step, stored, now()));
  });
}
