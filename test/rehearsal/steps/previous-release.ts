import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkOut, putInCart, readOrder } from '../../support/api-driver/api-driver.ts';
import { packageAdapted } from '../deployment/adapted-package.ts';
import { editTemplate } from '../deployment/package-folder.ts';
import { usePreviousTemplate } from '../deployment/previous-release.ts';
import { deployPackage } from '../deployment/serverless.ts';
import { apiUrlOf } from '../deployment/stage.ts';
import { adaptForMiniStack } from '../emulator/adapt-for-ministack.ts';
import { makeFirstAdmin, makeSecrets } from './first-admin.ts';
import { type Credentials, openDeployedShop } from './shop.ts';

/** A stage that the previous release created becomes one of this commit, with its data. */
export function previousReleaseSteps(
  stage: string,
  folder: string,
  params: Record<string, string>,
  admin: Credentials,
) {
  it('a stage of the previous release is updated and keeps its orders', async () => {
    const present = join(folder, 'present');
    const previous = join(folder, 'previous');
    expect(await makeSecrets(stage)).toMatchObject({ code: 0 });
    await packageAdapted(stage, present, params);
    await cp(present, previous, { recursive: true });
    await usePreviousTemplate(previous);
    await editTemplate(previous, adaptForMiniStack);
    expect(await deployPackage(stage, previous, params)).toContain('Service deployed');
    expect(await makeFirstAdmin(stage, await apiUrlOf(stage), admin)).toMatchObject({ code: 0 });
    const old = await openDeployedShop(await apiUrlOf(stage), admin);
    const { id: productId } = await old.product();
    const guest = await old.guest();
    await putInCart(guest, productId, 1);
    const order = await checkOut(guest);

    expect(await deployPackage(stage, present, params)).toContain('Service deployed');

    const shop = await openDeployedShop(await apiUrlOf(stage), admin);
    expect(shop.url).toBe(old.url);
    expect(await readOrder(guest.api, order.id)).toEqual(order);
    await putInCart(guest, productId, 2);
    await checkOut(guest);
    expect(await shop.read(productId)).toMatchObject({ stock: 7, sold: 3 });
  });
}
