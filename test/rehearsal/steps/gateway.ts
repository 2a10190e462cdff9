import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createGatewayFixture,
  expectedResponse,
  type GatewayFixture,
  gatewayCases,
  responseTo,
} from '../../support/api-driver/gateway-requests.ts';
import type { OpenShop } from './shop.ts';

/**
 * Unusual and hostile requests, which must not change anything.
 *
 * @param differences names of requests that this gateway handles differently, and how
 */
export function gatewaySteps(openShop: OpenShop, differences: Readonly<Record<string, string>> = {}): void {
  const names = new Set(gatewayCases.map(({ name }) => name));
  const unknown = Object.keys(differences).filter((name) => !names.has(name));
  if (unknown.length > 0) throw new Error(`No request is named ${unknown.join(', ')}`);

  describe('the gateway returns the expected response for', () => {
    let fixture: GatewayFixture;
    beforeAll(async () => {
      const { url, adminToken } = await openShop();
      fixture = await createGatewayFixture(url, adminToken);
    });
    afterAll(async () => (await openShop()).remove(fixture.productId));

    for (const row of gatewayCases) {
      const difference = differences[row.name];
      const title = difference === undefined ? row.name : `${row.name} (differs: ${difference})`;
      it(title, { fails: difference !== undefined }, async () => {
        expect(await responseTo(fixture, row)).toEqual(expectedResponse(row));
      });
    }
  });
}
