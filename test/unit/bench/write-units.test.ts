import { describe, expect, it } from 'vitest';
import { readTables } from '../../../localstack/tables.ts';
import { unitsOf } from '../../bench/write-units.ts';
import { createTable } from '../../simulation/dynamodb/table.ts';

const definition = (await readTables({ prefix: 'test' })).find(
  ({ TableName }) => TableName === 'test-orders',
);
if (definition === undefined) throw new Error('there is no table of orders');
const orders = createTable(definition, 1, 1, () => 0);

const confirmed = {
  id: { S: 'order' },
  customer_id: { S: 'customer' },
  created_at: { S: '2025-12-12T00:00:00.000Z' },
};
const pending = { ...confirmed, pending: { S: '7' } };
const large = { ...confirmed, lines: { S: 'x'.repeat(1_024) } };

describe('the write units of an order', () => {
  it.each([
    ['a put of a confirmed one', undefined, confirmed, false, 1, 1],
    ['a put of a pending one, which is in both indexes', undefined, pending, false, 1, 2],
    ['its confirmation in a transaction, which takes it out of one index', pending, confirmed, true, 2, 1],
    ['a change that no index shows', confirmed, { ...confirmed, total: { N: '1' } }, false, 1, 0],
    ['one of more than a kilobyte', undefined, large, false, 2, 1],
    ['what makes a large one small, by the larger of the two', large, confirmed, true, 4, 0],
    ['a condition on what is not there', undefined, undefined, true, 2, 0],
  ])('of %s', (_, before, after, inTransaction, units, indexUnits) => {
    expect(unitsOf(orders, before, after, inTransaction)).toEqual({
      table: 'test-orders',
      units,
      indexUnits,
    });
  });
});
