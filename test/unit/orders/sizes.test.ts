import { describe, expect, it } from 'vitest';
import { type OrderIn, orderView } from '../../../lib/orders/order.ts';
import { eventOfOrder } from '../../../lib/orders/order-event.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { text } from '../../../lib/platform/primitives.ts';

/** The longest name in UTF-8: 200 code points of four bytes each. */
const longestName = '🎉'.repeat(200);
/** No price and no quantity has more digits. */
const largest = 999_999_999;
const time = new Date(0).toISOString();

/** The largest order with this number of lines: a submitted order that is rejected for every line. */
function largestOrder(lines: number): OrderIn<'REJECTED'> {
  const id = newId();
  const repeat = <T>(line: T): T[] => Array.from({ length: lines }, () => line);
  return {
    id,
    customer_id: id,
    status: 'REJECTED',
    lines: repeat({ product_id: id, name: longestName, quantity: largest, unit_price: largest }),
    total: Number.MAX_SAFE_INTEGER,
    currency: 'EUR',
    created_at: time,
    decided_at: time,
    reason: 'product_unavailable',
    short_lines: repeat({ product_id: id, requested: largest, available: largest }),
    fingerprint: 'f'.repeat(64),
  };
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('the largest orders', () => {
  it('have names of the maximum length', () => {
    expect(text(200).parse(longestName)).toBe(longestName);
    expect(bytesOf(largestOrder(50))).toBeGreaterThan(50 * 4 * 200);
  });

  it('fit into one EventBridge request in groups of ten', () => {
    // The limit is 1 MB for all entries of a request.
    expect(10 * bytesOf(eventOfOrder(largestOrder(50)))).toBeLessThan(1_000_000);
  });

  it('fit into one Lambda response in pages of a hundred, even if names need escaping', () => {
    for (const name of [longestName, '"'.repeat(200)]) {
      const order = largestOrder(50);
      const shown = orderView.parse({ ...order, lines: order.lines.map((line) => ({ ...line, name })) });
      const items = Array.from({ length: 100 }, () => shown);
      // The limit is 6 MB of JSON. The body is a string in it, so quotes are escaped twice.
      const response = { statusCode: 200, body: JSON.stringify({ items, next_cursor: 'x'.repeat(500) }) };
      expect(bytesOf(response)).toBeLessThan(6 * 1024 * 1024);
    }
  });

  it('fit into a transaction and into an item', () => {
    for (let lines = 1; lines <= 50; lines++) {
      // Each product needs at least one of the 100 actions. The size of an item is close to that of its JSON.
      expect((100 - lines) * bytesOf(largestOrder(lines))).toBeLessThan(4_000_000);
    }
    expect(bytesOf(largestOrder(50))).toBeLessThan(400_000);
  });
});
