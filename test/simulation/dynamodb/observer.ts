import type { Change } from './write.ts';

/** Is told of the changes of each write and each transaction, and of the task of the machine that asked for them. */
export interface Observer {
  /** In the moment that they are decided, before anyone can see them. */
  onDecided(changes: readonly Change[], task: string): void;
  /** In the moment that all of them can be seen. */
  onWritten(changes: readonly Change[]): void;
}
