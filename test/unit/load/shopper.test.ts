import { expect, it } from 'vitest';
import { note } from '../../load/scenarios/shopper.mts';

/** What is counted of a refused checkout by somebody who came for `wanted`. */
function countedOf(wanted: string, errors: readonly object[]): string[] {
  const counted: string[] = [];
  const events = { emit: (kind: string, name: string) => void (kind === 'counter' && counted.push(name)) };
  const vars = {
    customer_id: 'customer',
    hot: 'hot',
    scarce: 'scarce',
    shelf: 'shelf',
    secondsToCancellations: 0,
    bot_id: 'bot',
    bot_token: 'token',
    token: 'token',
    product_id: wanted,
    key: 'key',
    regrets: false,
    cancelled: false,
    polls: 0,
  };
  const response = {
    statusCode: 409,
    headers: {},
    body: JSON.stringify({ code: 'out_of_stock', errors }),
    timings: { start: 0 },
  };
  note({ name: 'POST /order/add' }, response, { vars }, events, () => {});
  return counted;
}

it('takes as sold out what the answer names, which may have been in the cart before', () => {
  const counted = countedOf('shelf', [{ path: 'lines.hot', product_id: 'hot', available: 0 }]);
  expect(counted).toEqual(['answer.POST /order/add.409', 'refused.out_of_stock', 'short.hot']);
  expect(countedOf('shelf', [{ path: 'items' }]).filter((name) => name.startsWith('short.'))).toEqual([]);
});
