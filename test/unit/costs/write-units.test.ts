import { describe, expect, it } from 'vitest';
import { readTables } from '../../../localstack/tables.ts';
import { unitsOf } from '../../integration/costs/write-units.ts';
import { createTable } from '../../simulation/dynamodb/table.ts';

const definition = (await readTables({ prefix: 'test' })).find(({ TableName }) => TableName === 'test-orders');
if (definition === undefined) throw new Error('deploy/tables.yml has no orders table');
const orders = createTable(definition, 1, 1, () => 0);

const confirmed = {
  id: { S: 'order' },
  customer_id: { S: 'customer' },
  created_at: { S: '2025-12-12T00:00:00.000Z' },
};
const pending = { ...confirmed, pending: { S: '7' } };
const large = { ...confirmed, lines: { S: 'x'.repeat(1_024) } };

describe('unitsOf', () => {
  it.each([
    ['a new confirmed order', undefined, confirmed, false, 1, 1],
    ['a new pending order, which is in both indexes', undefined, pending, false, 1, 2],
    ['the confirmation of a pending order in a transaction', pending, confirmed, true, 2, 1],
    ['a change of an attribute that no index holds', confirmed, { ...confirmed, total: { N: '1' } }, false, 1, 0],
    ['an item larger than one kilobyte', undefined, large, false, 2, 1],
    ['a large item that becomes small', large, confirmed, true, 4, 0],
    ['a condition on a missing item', undefined, undefined, true, 2, 0],
  ])('counts %s', (_, before, after, inTransaction, units, indexUnits) => {
    expect(unitsOf(orders, before, after, inTransaction)).toEqual({
      table: 'test-orders',
      units,
      indexUnits,
    });
  });
});
