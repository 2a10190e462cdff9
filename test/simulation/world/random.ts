import { seeded } from '../../support/database/fault-injection.ts';

export interface Random {
  /** In [0, 1). */
  next(): number;
  fork(name: string): Random;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Normally distributed, mean 0 and deviation 1 (Box and Muller, 1958). */
  normal(): number;
}

/**
 * Random numbers that are the same for the same seed. Each purpose forks a stream of its own by name, so that
 * one more draw for one of them does not change what the others draw.
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
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** 32 bits of a text, the same everywhere (FNV-1a, with a final mix for its weak low bits). */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
