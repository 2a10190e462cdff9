import { describe, expect, it } from 'vitest';
import { chainsOf } from '../../../../lib/orders/confirm/conflict-groups.ts';

const draft = (name: string, ...items: string[]) => ({ name, touches: () => new Set(items) });
const namesOf = (chains: ReturnType<typeof chainsOf<ReturnType<typeof draft>>>) =>
  chains.map((chain) => chain.map(({ name }) => name));

describe('chainsOf', () => {
  it('lets drafts that share nothing stand side by side', () => {
    expect(namesOf(chainsOf([draft('a', '1'), draft('b', '2'), draft('c', '3')]))).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ]);
  });

  it('puts drafts that share an item behind each other, in their order', () => {
    const drafts = [draft('a', '1'), draft('b', '2'), draft('c', '1'), draft('d', '1', '3')];
    expect(namesOf(chainsOf(drafts))).toEqual([['b'], ['a', 'c', 'd']]);
  });

  it('joins chains that one draft meets', () => {
    expect(namesOf(chainsOf([draft('a', '1'), draft('b', '2'), draft('c', '1', '2')]))).toEqual([
      ['a', 'b', 'c'],
    ]);
  });
});
