import { describe, expect, it } from 'vitest';
import { type Order, orderView } from '../../../lib/orders/order.ts';
import { eventOfOrder } from '../../../lib/orders/order-event.ts';
import { newId } from '../../../lib/platform/ids.ts';
import { text } from '../../../lib/platform/primitives.ts';

/** The longest in UTF-8: 200 code points of four bytes each (functions/products). */
const longestName = '🎉'.repeat(200);
/** No price and no number of units has more digits. */
const largest = 999_999_999;
const time = new Date(0).toISOString();

/** As large as an order of so many lines becomes: it was submitted, and is rejected for every line. */
function largestOrder(lines: number): Order {
  const id = newId();
  const each = <T>(line: T): T[] => Array.from({ length: lines }, () => line);
  return {
    id,
    customer_id: id,
    status: 'REJECTED',
    lines: each({ product_id: id, name: longestName, quantity: largest, unit_price: largest }),
    total: Number.MAX_SAFE_INTEGER,
    currency: 'EUR',
    created_at: time,
    decided_at: time,
    reason: 'product_unavailable',
    short_lines: each({ product_id: id, requested: largest, available: largest }),
    allocations: [],
    counted: [],
    fingerprint: 'f'.repeat(64),
  };
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('the largest orders', () => {
  it('have the longest names that there are', () => {
    expect(text(200).parse(longestName)).toBe(longestName);
    expect(bytesOf(largestOrder(50))).toBeGreaterThan(50 * 4 * 200);
  });

  it('fit into one request to EventBridge by ten', () => {
    // It adds up the entries of a request: 1 MB.
    expect(10 * bytesOf(eventOfOrder(largestOrder(50)))).toBeLessThan(1_000_000);
  });

  it('fit into one reply by a hundred, also in names of quotes, which are escaped twice', () => {
    for (const name of [longestName, '"'.repeat(200)]) {
      const order = largestOrder(50);
      const shown = orderView.parse({ ...order, lines: order.lines.map((line) => ({ ...line, name })) });
      const items = Array.from({ length: 100 }, () => shown);
      // What a function may return: 6 MB of JSON, in which the body is a text.
      const reply = { statusCode: 200, body: JSON.stringify({ items, next_cursor: 'x'.repeat(500) }) };
      expect(bytesOf(reply)).toBeLessThan(6 * 1024 * 1024);
    }
  });

  it('fit into a transaction as many as it takes, and into an item', () => {
    for (let lines = 1; lines <= 50; lines++) {
      // Of its 100 actions one for each product at least. Items are about as large as their JSON.
      expect((100 - lines) * bytesOf(largestOrder(lines))).toBeLessThan(4_000_000);
    }
    expect(bytesOf(largestOrder(50))).toBeLessThan(400_000);
  });
});
