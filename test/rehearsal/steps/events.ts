import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { default as addFormats } from 'ajv-formats';
import { expect, it } from 'vitest';
import { checkOut, eventually, putInCart } from '../../support/api-driver/api-driver.ts';
import { awaitDecision, submit } from '../../support/api-driver/submitted-orders.ts';
import type { EventQueue } from '../deployment/event-queue.ts';
import type { OpenShop } from './shop.ts';

const schemaFile = join(import.meta.dirname, '../../../docs/order-events.schema.json');

/** What a consumer of order events receives. */
export function eventSteps(openShop: OpenShop, queue: () => EventQueue): void {
  it('every decided order is published on the bus, as documented', async () => {
    const shop = await openShop();
    const { id: productId } = await shop.product({ limit_per_customer: 1 });
    const [guest, other] = [await shop.guest(), await shop.guest()];
    await putInCart(guest, productId, 1);
    const checkedOut = await checkOut(guest);
    await guest.api.post(`/order/${checkedOut.id}/cancel`);
    const first = await awaitDecision(other, (await submit(other, productId)).id);
    const second = await awaitDecision(other, (await submit(other, productId)).id);
    expect([first.status, second.status]).toEqual(['CONFIRMED', 'REJECTED']);

    const wanted = [
      `${checkedOut.id}:CONFIRMED`,
      `${checkedOut.id}:CANCELLED`,
      `${first.id}:CONFIRMED`,
      `${second.id}:REJECTED`,
    ];
    await eventually(async () => {
      expect([...(await queue().received()).keys()]).toEqual(expect.arrayContaining(wanted));
    });
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    const isDocumented = ajv.compile(JSON.parse(await readFile(schemaFile, 'utf8')));
    for (const event of (await queue().received()).values())
      expect(isDocumented(event), JSON.stringify(isDocumented.errors)).toBe(true);
  });
}
