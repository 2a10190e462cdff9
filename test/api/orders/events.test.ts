import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { checkOut, createApiShop, putInCart, signUp } from '../../support/api-driver/api-driver.ts';
import { createClient, expectResponse } from '../../support/api-driver/client.ts';
import { awaitDecision, orderSchema, submit } from '../../support/api-driver/submitted-orders.ts';
import { type FakeEventBus, startFakeEventBus } from '../../support/fakes/fake-event-bus.ts';
import { type IsolatedService, startIsolatedService } from '../../support/services/isolated-service.ts';
import { until } from '../../support/services/processes.ts';

let bus: FakeEventBus;
let service: IsolatedService;
beforeAll(async () => {
  bus = await startFakeEventBus();
  service = await startIsolatedService('events', {
    params: { order_events: 'on' },
    environment: { AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint },
  });
});
afterAll(async () => {
  await service?.stop();
  await bus?.stop();
});

const detail = z.object({ event_id: z.string(), order: z.object({ id: z.string(), status: z.string() }) });

it('publishOrders publishes confirmed, rejected and cancelled orders from the stream', async () => {
  const anyone = createClient(service.url);
  const admin = await signUp(
    anyone,
    { role: 'ADMIN' },
    { headers: { 'Bootstrap-Secret': service.secrets.bootstrapSecret } },
  );
  const shop = createApiShop(anyone, admin);
  const product = await shop.product({ stock: 3 });
  const [guest, other] = [await shop.guest(), await shop.guest()];
  await putInCart(guest, product.id, 1);
  const checkedOut = await checkOut(guest);
  const submitted = await awaitDecision(guest, (await submit(guest, product.id, 2)).id);
  expect(submitted.status).toBe('CONFIRMED');
  expectResponse(await guest.api.post(`/order/${submitted.id}/cancel`), 200, orderSchema);
  // Stock covers one of the two orders; if both are accepted, one is rejected later.
  const competing = await Promise.all([submit(guest, product.id, 2), submit(other, product.id, 2)]);

  const expected = [`${checkedOut.id}:CONFIRMED`, `${submitted.id}:CONFIRMED`, `${submitted.id}:CANCELLED`];
  const published = () => bus.accepted.map(({ Detail }) => detail.parse(JSON.parse(Detail)));
  await until(async () => new Set(published().map(({ event_id }) => event_id)).size === 5);
  const ids = published().map(({ event_id }) => event_id);
  expect(ids).toEqual(expect.arrayContaining(expected));
  const ofCompeting = published().filter(({ order }) => competing.some(({ id }) => id === order.id));
  expect(ofCompeting.map(({ order }) => order.status).sort()).toEqual(['CONFIRMED', 'REJECTED']);
  for (const { EventBusName } of bus.accepted) expect(EventBusName).toBe(`${service.tablePrefix}-orders`);
});
