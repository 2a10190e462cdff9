import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clientFor, createOperationFixture, operationOf, send } from '../../support/api-driver/operation-requests.ts';
import { byRoute } from '../../support/openapi/contracts.ts';
import type { OpenShop } from './shop.ts';

const documentFile = join(import.meta.dirname, '../../../docs/openapi.json');

/** Every operation once. The client compares each response with docs/openapi.json. */
export function operationSteps(openShop: OpenShop): void {
  it('every operation succeeds as documented', async () => {
    const shop = await openShop();
    const failed: string[] = [];
    for (const { route } of byRoute) {
      // A fixture of its own, because some requests delete or use up parts of it.
      const fixture = await createOperationFixture(shop, await shop.guest());
      const { status, body } = await send(clientFor(operationOf(route), fixture), route, fixture);
      if (status >= 300) failed.push(`${route}: ${status} ${JSON.stringify(body)}`);
    }
    expect(failed).toEqual([]);
    expect(shop.succeeded).toEqual(new Set(byRoute.map(({ route }) => route)));
  });

  it('GET /openapi.json returns the document of this commit', async () => {
    const { anyone } = await openShop();
    const { body } = await anyone.get('/openapi.json');
    expect(body).toEqual(JSON.parse(await readFile(documentFile, 'utf8')));
  });
}
