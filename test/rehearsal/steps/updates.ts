import { join } from 'node:path';
import { expect, it } from 'vitest';
import { outcomeOf } from '../../support/api-driver/client.ts';
import { trySubmit } from '../../support/api-driver/submitted-orders.ts';
import { packageAdapted } from '../deployment/adapted-package.ts';
import { deployPackage } from '../deployment/serverless.ts';
import type { OpenShop } from './shop.ts';

/** Deployments over a running stage. */
export function updateSteps(stage: string, folder: string, params: Record<string, string>, openShop: OpenShop): void {
  const changed = { ...params, limit_orders_per_account: '2/60' };

  it('a deployment with a changed parameter takes effect', async () => {
    const updated = join(folder, 'updated');
    await packageAdapted(stage, updated, changed);
    expect(await deployPackage(stage, updated, changed)).toContain('Service deployed');

    const shop = await openShop();
    const guest = await shop.guest();
    const { id } = await shop.product();
    expect(outcomeOf(await trySubmit(guest, id)).status).toBe(202);
    expect(outcomeOf(await trySubmit(guest, id)).status).toBe(202);
    expect(outcomeOf(await trySubmit(guest, id))).toEqual({ status: 429, code: 'rate_limited' });
  });

  it('a deployment of a new build of the same commit changes nothing', async () => {
    const rebuilt = join(folder, 'rebuilt');
    await packageAdapted(stage, rebuilt, changed);
    expect(await deployPackage(stage, rebuilt, changed)).toContain('No changes to deploy');
  });
}
