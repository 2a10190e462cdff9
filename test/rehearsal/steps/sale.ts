import { expect, it } from 'vitest';
import { createApiClient, mapConcurrently } from '../../load/api-client.ts';
import { discrepanciesIn, readLedger } from '../../load/reconciliation.ts';
import { type Actor, eventually, putInCart, tryCheckout } from '../../support/api-driver/api-driver.ts';
import { outcomeOf } from '../../support/api-driver/client.ts';
import { trySubmit } from '../../support/api-driver/submitted-orders.ts';
import type { OpenShop } from './shop.ts';

const units = 15;
const price = 1_000;
const shoppers = 40;
/** Requests at a time. An emulator starts a process for each concurrent call of a function. */
const concurrency = { sale: 8, otherwise: 2 };

/** A small sale: more shoppers than units, half of them check out and half submit. */
export function saleSteps(openShop: OpenShop): void {
  it(`${shoppers} shoppers buy ${units} units, and ledger and stock reconcile`, async () => {
    const shop = await openShop();
    const { id } = await shop.product({ stock: units, price });
    const guests = await mapConcurrently(Array.from({ length: shoppers }), concurrency.otherwise, () => shop.guest());

    const outcomes = await mapConcurrently([...guests.entries()], concurrency.sale, async ([n, guest]) =>
      outcomeOf(await (n % 2 === 0 ? buyByCheckout(guest, id) : trySubmit(guest, id))),
    );

    const failures = outcomes.filter(({ status, code }) => status >= 300 && code !== 'out_of_stock');
    expect(failures).toEqual([]);
    const api = createApiClient(shop.url, AbortSignal.timeout(60_000));
    const products = [{ id, kind: 'hot' as const, supplied: units, price }];
    const fixtures = { adminToken: shop.adminToken, products, customers: [], bots: [] };
    const customers = guests.map((guest) => ({ id: guest.id, token: '' }));
    const reported = {
      accepted: outcomes.filter(({ status }) => status < 300).length,
      soldOut: [id],
      unknown: 0,
      cancelled: 0,
      cancelUnknown: 0,
      mismatched: 0,
      cancelledTwice: 0,
    };
    await eventually(async () => {
      const ledger = await readLedger(api, fixtures, customers, () => {}, concurrency.otherwise);
      expect(discrepanciesIn(ledger, reported)).toEqual([]);
      expect(ledger.products).toMatchObject([{ stock: 0, sold: units }]);
    });
  });
}

async function buyByCheckout(guest: Actor, productId: string) {
  await putInCart(guest, productId, 1);
  return tryCheckout(guest);
}
