import { seeded } from '../../support/database/fault-injection.ts';

export interface Random {
  /** Returns a number in [0, 1). */
  next(): number;
  fork(name: string): Random;
  /** Returns an integer from `from` to `to`, both included. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Returns a normally distributed number with mean 0 and deviation 1 (Box and Muller, 1958). */
  normal(): number;
}

/**
 * Creates a source of random numbers that depends on the seed alone.
 *
 * Each purpose forks its own stream by name, so that an additional draw for one purpose does not change the others.
 * Saved scenarios depend on the exact sequence: another generator would change the timing that made them fail.
 */
export function createRandom(seed: number): Random {
  const next = seeded(seed);
  return {
    next,
    fork: (name) => createRandom(hash(`${seed} ${name}`)),
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('Cannot pick from an empty list');
      return item;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** Hashes a text to 32 bits (FNV-1a, with a final mix for its weak low bits). */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
