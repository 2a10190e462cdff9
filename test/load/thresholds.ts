import type { LoadMetrics } from './metrics.ts';
import type { Profile } from './profiles.ts';

/**
 * What a load must keep to, besides right books and so no unit oversold. Times are p99, in milliseconds. An
 * emulation shares its cores with the load, and in the sale all shoppers at once wait for one process: its times only
 * say that nothing hangs.
 */
const thresholds = {
  serverErrors: 0,
  lostRequests: 0,
  p99Ms: { deployed: 1_500, emulated: 20_000, emulatedSale: 90_000 },
} as const;

/** What shoppers may be answered. Anything else means that they could not do what they came for. */
const expectedAnswers: Readonly<Record<string, readonly number[]>> = {
  'GET /product': [200],
  'GET /product/{product_id}': [200],
  'POST /cart/add': [200],
  'POST /order/add': [201, 409, 429],
  'POST /order': [202, 409, 429],
  'GET /order/{order_id}': [200],
  'POST /order/{order_id}/cancel': [200, 409],
};

/** Why an order may be refused. A cart is empty where the same customer has come twice at once. */
const expectedRefusals: ReadonlySet<string> = new Set(['out_of_stock', 'rate_limited', 'cart_empty']);

/** Each threshold that a load did not keep to, with the figure. */
export function exceeded(figures: LoadMetrics, { name }: Profile, isDeployed: boolean): string[] {
  const { deployed, emulated, emulatedSale } = thresholds.p99Ms;
  const limit = isDeployed ? deployed : name === 'sale' ? emulatedSale : emulated;
  const slow = Object.entries(figures.times).filter(([, { p99 }]) => p99 > limit);
  return [
    ...(figures.serverErrors > thresholds.serverErrors
      ? [`${figures.serverErrors} answers were 5xx (at most ${thresholds.serverErrors})`]
      : []),
    ...(figures.lost > thresholds.lostRequests
      ? [`${figures.lost} requests got no answer (at most ${thresholds.lostRequests}): ${figures.lostWhy}`]
      : []),
    ...figures.answers
      .filter(({ request, status }) => status < 500 && !expectedAnswers[request]?.includes(status))
      .map(({ request, status, count }) => `${count} times ${request} was answered ${status}`),
    ...Object.entries(figures.refusals)
      .filter(([code]) => !expectedRefusals.has(code))
      .map(([code, count]) => `${count} orders were refused as ${code}`),
    ...slow.map(([request, { p99 }]) => `${request}: p99 is ${Math.round(p99)} ms (at most ${limit} ms)`),
  ];
}
