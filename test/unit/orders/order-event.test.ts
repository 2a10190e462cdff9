import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Order, order, orderStatus, orderView } from '../../../lib/orders/order.ts';
import { eventOfOrder } from '../../../lib/orders/order-event.ts';

const schemaFile = new URL('../../../docs/order-events.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: true });
formats.default(ajv);
const isValid = ajv.compile(
  z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(schemaFile, 'utf8'))),
);

const time = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') })
  .map((date) => date.toISOString());
const units = fc.integer({ min: 1, max: 1_000_000 });
const line = fc.record({
  product_id: fc.uuid(),
  name: fc.string({ minLength: 1 }),
  quantity: units,
  unit_price: units,
});

/** Any order that is stored, with everything that a store may know of it. */
const anyOrder: fc.Arbitrary<Order> = fc.record({
  id: fc.uuid(),
  customer_id: fc.uuid(),
  status: fc.constantFrom(...orderStatus.options),
  lines: fc.array(line, { minLength: 1, maxLength: 5 }),
  total: units,
  currency: fc.constant('EUR'),
  created_at: time,
  decided_at: time,
  reason: fc.constant('out_of_stock' as const),
  short_lines: fc.array(fc.record({ product_id: fc.uuid(), requested: units, available: units })),
  allocations: fc.array(fc.record({ product_id: fc.uuid(), shard: fc.nat(31), quantity: units })),
  counted: fc.array(fc.uuid()),
  pending: fc.constant('17'),
  cancellation: fc.uuid(),
  fingerprint: fc.string(),
});
const storageKeys = Object.keys(order.shape).filter((key) => !(key in orderView.shape));

it('tells of every decided order as docs/order-events.schema.json says, and of no PENDING one', () => {
  fc.assert(
    fc.property(anyOrder, (stored) => {
      const event = eventOfOrder(stored);
      if (stored.status === 'PENDING') {
        expect(event).toBeUndefined();
        return;
      }
      expect(isValid(event), JSON.stringify(isValid.errors)).toBe(true);
      expect(event?.['detail-type']).toBe(`order.${stored.status.toLowerCase()}`);
      expect(event?.detail.order).toEqual(orderView.parse(stored));
      expect(storageKeys.filter((key) => key in (event?.detail.order ?? {}))).toEqual([]);
    }),
  );
  expect(storageKeys).toContain('fingerprint');
});

it('gives one id to one status of one order, and another to any other', () => {
  fc.assert(
    fc.property(anyOrder, anyOrder, (one, other) => {
      const [a, again, b] = [one, structuredClone(one), other].map(
        (each) => eventOfOrder(each)?.detail.event_id,
      );
      expect(again).toBe(a);
      if (a !== undefined) expect(a === b).toBe(one.id === other.id && one.status === other.status);
    }),
  );
});
