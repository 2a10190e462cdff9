import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type Order, order, orderStatus, orderView } from '../../../lib/orders/order.ts';
import { eventOfOrder } from '../../../lib/orders/order-event.ts';

const schemaFile = new URL('../../../docs/order-events.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: true });
formats.default(ajv);
const isValid = ajv.compile(z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(schemaFile, 'utf8'))));

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

/** Attributes that clients must not see. */
const internal = {
  allocations: fc.array(fc.record({ product_id: fc.uuid(), shard: fc.nat(31), quantity: units })),
  counted: fc.array(fc.uuid()),
  cancellation: fc.uuid(),
  fingerprint: fc.string(),
};

/** An order in any status, read from an item that has every attribute. */
const anyOrder: fc.Arbitrary<Order> = fc
  .record({
    id: fc.uuid(),
    customer_id: fc.uuid(),
    status: fc.constantFrom(...orderStatus.options),
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    total: units,
    currency: fc.constant('EUR'),
    created_at: time,
    decided_at: time,
    reason: fc.constant('out_of_stock'),
    short_lines: fc.array(fc.record({ product_id: fc.uuid(), requested: units, available: units })),
    ...internal,
  })
  .map((item) => order.parse(item));

describe('eventOfOrder', () => {
  it('matches docs/order-events.schema.json for decided orders and is undefined for PENDING ones', () => {
    fc.assert(
      fc.property(anyOrder, (stored) => {
        const event = eventOfOrder(stored);
        if (stored.status === 'PENDING') {
          expect(event).toBeUndefined();
          return;
        }
        const { time: at, ...published } = event ?? {};
        expect(isValid(published), JSON.stringify(isValid.errors)).toBe(true);
        expect(at).toEqual(new Date(stored.decided_at));
        expect(event?.['detail-type']).toBe(`order.${stored.status.toLowerCase()}`);
        expect(event?.detail.order).toEqual(orderView.parse(stored));
        expect(Object.keys(internal).filter((key) => key in (event?.detail.order ?? {}))).toEqual([]);
      }),
    );
  });

  it('derives the event ID from the order and its status alone', () => {
    fc.assert(
      fc.property(anyOrder, anyOrder, (one, other) => {
        const [a, again, b] = [one, structuredClone(one), other].map((each) => eventOfOrder(each)?.detail.event_id);
        expect(again).toBe(a);
        if (a !== undefined) expect(a === b).toBe(one.id === other.id && one.status === other.status);
      }),
    );
  });
});
