import { describe, expect, it } from 'vitest';
import { groupByConflict } from '../../../../lib/orders/confirm/conflict-groups.ts';

const transaction = (name: string, ...items: string[]) => ({ name, writtenItems: () => new Set(items) });
const namesOf = (chains: ReturnType<typeof groupByConflict<ReturnType<typeof transaction>>>) =>
  chains.map((chain) => chain.map(({ name }) => name));

describe('chainsOf', () => {
  it('lets transactions that share nothing stand side by side', () => {
    expect(
      namesOf(groupByConflict([transaction('a', '1'), transaction('b', '2'), transaction('c', '3')])),
    ).toEqual([['a'], ['b'], ['c']]);
  });

  it('puts transactions that share an item behind each other, in their order', () => {
    const transactions = [
      transaction('a', '1'),
      transaction('b', '2'),
      transaction('c', '1'),
      transaction('d', '1', '3'),
    ];
    expect(namesOf(groupByConflict(transactions))).toEqual([['b'], ['a', 'c', 'd']]);
  });

  it('joins chains that one transaction meets', () => {
    expect(
      namesOf(groupByConflict([transaction('a', '1'), transaction('b', '2'), transaction('c', '1', '2')])),
    ).toEqual([['a', 'b', 'c']]);
  });
});
