import { expect, it } from 'vitest';
import {
  deleteParameter,
  deleteRetainedTable,
  disableTerminationProtection,
  resourcesOf,
} from '../deployment/resources.ts';
import { removeStage } from '../deployment/serverless.ts';

const nothing = { tables: [], queues: [], logGroups: [], roles: [], parameters: [] };

/** What `serverless remove` leaves is what docs/deploying.md says. */
export function removalSteps(): void {
  it('removing dev leaves only the parameters, which npm run ops created', async () => {
    await removeStage('dev');
    expect(await resourcesOf('dev')).toEqual({ ...nothing, parameters: ['/sellout/dev/token-keys'] });
    await deleteParameter('/sellout/dev/token-keys');
  });

  it('removing prod is rejected until its protection is off, and leaves tables and parameters', async () => {
    await expect(removeStage('prod')).rejects.toThrow('deletion protection is enabled');
    await disableTerminationProtection('prod');
    await removeStage('prod');
    const { tables = [], ...others } = await resourcesOf('prod');
    expect(tables).toEqual(
      ['accounts', 'carts', 'orders', 'products', 'purchases', 'rate_limits', 'stock'].map(
        (name) => `sellout-prod-${name}`,
      ),
    );
    expect(others).toEqual({ ...nothing, tables: undefined, parameters: ['/sellout/prod/token-keys'] });

    for (const table of tables) await deleteRetainedTable(table);
    await deleteParameter('/sellout/prod/token-keys');
    expect(await resourcesOf('prod')).toEqual(nothing);
  });
}
