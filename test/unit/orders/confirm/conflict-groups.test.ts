import { describe, expect, it } from 'vitest';
import { groupByConflict } from '../../../../lib/orders/confirm/conflict-groups.ts';

const transaction = (name: string, ...items: string[]) => ({ name, writtenItems: () => new Set(items) });
const namesOf = (groups: ReturnType<typeof groupByConflict<ReturnType<typeof transaction>>>) =>
  groups.map((group) => group.map(({ name }) => name));

describe('groupByConflict', () => {
  it('separates transactions that share no item', () => {
    expect(namesOf(groupByConflict([transaction('a', '1'), transaction('b', '2'), transaction('c', '3')]))).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ]);
  });

  it('groups transactions that share an item and keeps their order', () => {
    const transactions = [
      transaction('a', '1'),
      transaction('b', '2'),
      transaction('c', '1'),
      transaction('d', '1', '3'),
    ];
    expect(namesOf(groupByConflict(transactions))).toEqual([['b'], ['a', 'c', 'd']]);
  });

  it('joins groups that one transaction shares items with', () => {
    expect(
      namesOf(groupByConflict([transaction('a', '1'), transaction('b', '2'), transaction('c', '1', '2')])),
    ).toEqual([['a', 'b', 'c']]);
  });
});
