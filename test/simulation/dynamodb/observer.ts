import type { Change } from './write.ts';

/** Receives the changes of each write or transaction, and the task of the machine that requested it. */
export interface Observer {
  /** Called when the changes are decided, before any of them is visible. */
  onDecided(changes: readonly Change[], task: string): void;
  /** Called when all changes are visible. */
  onWritten(changes: readonly Change[]): void;
}
