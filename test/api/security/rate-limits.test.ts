import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiShop, signUp } from '../../support/api-driver/api-driver.ts';
import {
  expectRestOfWindow,
  limit,
  type RateLimitedService,
  startRateLimitedService,
  withinWindow,
} from '../../support/services/rate-limited-service.ts';

let service: RateLimitedService;
beforeAll(async () => {
  service = await startRateLimitedService();
}, 60_000);
afterAll(() => service.stop());

describe('the limit per address', () => {
  it('ignores forwarding headers and does not affect other addresses', async () => {
    const headerNames = ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'X-Client-IP', 'True-Client-IP'];
    const { responses, last, at, elsewhere } = await withinWindow(async () => {
      const responses = await Promise.all(
        Array.from({ length: 3 * limit }, (_, n) => {
          const headers = Object.fromEntries(
            headerNames.map((name) => [name, name === 'Forwarded' ? `for=10.0.0.${n}` : `10.0.0.${n}`]),
          );
          return service.client.post('/customer/add', { username: 'bot' }, { headers });
        }),
      );
      const last = await service.client.post('/customer/add', { username: 'bot' });
      const at = Date.now();
      const elsewhere = await service.postFrom('127.0.0.2', '/customer/add', { username: 'shopper' });
      return { responses, last, at, elsewhere };
    });
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(limit);
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(2 * limit);
    expectRestOfWindow(last, at);
    expect(elsewhere.status).toBe(201);
  });
});

describe('the limit of orders per account', () => {
  it('counts both ways to order together', async () => {
    const { id: customer_id, api: shopper } = await signUp(service.client);
    const unknown = { items: [{ id: randomUUID(), quantity: 1 }] };
    const responses = await withinWindow(() =>
      Promise.all(
        Array.from({ length: 3 * limit }, (_, n) =>
          n % 2 === 0
            ? shopper.post('/order', unknown)
            : shopper.post('/order/add', { customer_id }, { headers: { 'Idempotency-Key': `k${n}` } }),
        ),
      ),
    );
    const byStatus = Map.groupBy(responses, ({ status }) => status);
    expect(byStatus.get(429)).toHaveLength(2 * limit);
    // Requests within the limit fail later: unknown product or empty cart.
    expect([...(byStatus.get(404) ?? []), ...(byStatus.get(409) ?? [])]).toHaveLength(limit);
  });

  it('counts replays of both ways to order', async () => {
    const bootstrap = { headers: { 'Bootstrap-Secret': service.secrets.bootstrapSecret } };
    const shop = createApiShop(service.client, await signUp(service.client, { role: 'ADMIN' }, bootstrap));
    const { id } = await shop.product();
    const shopper = await signUp(service.client);
    const customer_id = shopper.id;
    await shopper.api.post('/cart/add', { customer_id, product_id: id, quantity: 1 });
    const checkout = () =>
      shopper.api.post('/order/add', { customer_id }, { headers: { 'Idempotency-Key': 'checkout' } });
    const submit = () =>
      shopper.api.post('/order', { items: [{ id, quantity: 1 }] }, { headers: { 'Idempotency-Key': 'submit' } });
    const responses = await withinWindow(async () => {
      const first = [await checkout(), await submit()];
      const rest = Array.from({ length: 2 * limit }, (_, n) => (n % 2 === 0 ? checkout() : submit()));
      return [...first, ...(await Promise.all(rest))];
    });
    expect(responses[0]?.status).toBe(201);
    expect(responses[1]?.status).toBe(202);
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(limit + 2);
  });
});
