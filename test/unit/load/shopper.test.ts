import { expect, it } from 'vitest';
import { countResponse } from '../../load/scenarios/shopper.mts';

/** Returns the counters of a rejected checkout by a shopper who wants one product. */
function countersOf(wanted: string, errors: readonly object[]): string[] {
  const counted: string[] = [];
  const events = { emit: (kind: string, name: string) => void (kind === 'counter' && counted.push(name)) };
  const vars = {
    customer_id: 'customer',
    hot: 'hot',
    scarce: 'scarce',
    regular: 'regular',
    secondsToCancellations: 0,
    bot_id: 'bot',
    bot_token: 'token',
    token: 'token',
    product_id: wanted,
    key: 'key',
    wantsToCancel: false,
    cancelled: false,
    polls: 0,
  };
  const response = {
    statusCode: 409,
    headers: {},
    body: JSON.stringify({ code: 'out_of_stock', errors }),
    timings: { start: 0 },
  };
  countResponse({ name: 'POST /order/add' }, response, { vars }, events, () => {});
  return counted;
}

it('countResponse counts the products listed in the error as sold out, even if the shopper requested another', () => {
  const counted = countersOf('regular', [{ path: 'lines.hot', product_id: 'hot', available: 0 }]);
  expect(counted).toEqual(['response.POST /order/add.409', 'rejected.out_of_stock', 'sold_out.hot']);
  expect(countersOf('regular', [{ path: 'items' }]).filter((name) => name.startsWith('sold_out.'))).toEqual([]);
});
