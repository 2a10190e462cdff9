import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { packageAdapted } from './deployment/adapted-package.ts';
import { createEventQueue, type EventQueue } from './deployment/event-queue.ts';
import { functionErrors } from './deployment/function-log.ts';
import { deployPackage } from './deployment/serverless.ts';
import { apiUrlOf } from './deployment/stage.ts';
import { gatewayDifferences } from './emulator/gateway-differences.ts';
import { errorSteps } from './steps/errors.ts';
import { eventSteps } from './steps/events.ts';
import { firstAdminSteps, makeSecrets } from './steps/first-admin.ts';
import { gatewaySteps } from './steps/gateway.ts';
import { operationSteps } from './steps/operations.ts';
import { orderSteps } from './steps/orders.ts';
import { permissionSteps } from './steps/permissions.ts';
import { previousReleaseSteps } from './steps/previous-release.ts';
import { readmeAdmin, readmeSteps } from './steps/readme.ts';
import { removalSteps } from './steps/removal.ts';
import { saleSteps } from './steps/sale.ts';
import { type DeployedShop, openDeployedShop } from './steps/shop.ts';
import { sweepSteps } from './steps/sweeps.ts';
import { updateSteps } from './steps/updates.ts';

// The steps run in this order, and each needs those before it: a life of two stages, from the first deployment to the removal.

const folder = inject('folder');
const stage = 'dev';
const params = { order_events: 'on' };
const apiUrl = () => apiUrlOf(stage);

let shop: Promise<DeployedShop> | undefined;
const openShop = () => {
  shop ??= apiUrl().then((url) => openDeployedShop(url, readmeAdmin));
  return shop;
};

let queue: EventQueue | undefined;
const eventQueue = (): EventQueue => {
  if (queue === undefined) throw new Error('There is no queue of events');
  return queue;
};

let since = 0;
beforeEach(() => {
  since = Date.now();
});
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  const errors = [...(await functionErrors('dev', since)), ...(await functionErrors('prod', since))];
  if (errors.length > 0) throw new Error(`Functions have logged:\n  ${errors.join('\n  ')}`);
});

describe(`stage ${stage}`, () => {
  it('is deployed from a package, once its secrets exist', async () => {
    const deployed = join(folder, 'first');
    await packageAdapted(stage, deployed, params);
    expect(await makeSecrets(stage)).toMatchObject({ code: 0 });
    expect(await deployPackage(stage, deployed, params)).toContain('Service deployed');
    queue = await createEventQueue(stage);
  });

  firstAdminSteps(stage, apiUrl, readmeAdmin);
  readmeSteps(apiUrl);
  orderSteps(openShop);
  eventSteps(openShop, eventQueue);
  operationSteps(openShop);
  gatewaySteps(openShop, gatewayDifferences);
  saleSteps(openShop);
  permissionSteps(stage, openShop, eventQueue);
  afterAll(() => queue?.remove());
});

const sweeps = sweepSteps(stage, openShop);
describe(`stage ${stage}, while its worker fails`, () => {
  sweeps.leave();
  errorSteps(openShop);
});

describe('stage prod', () => {
  previousReleaseSteps('prod', folder, { alarm_email: 'rehearsal@example.com' }, readmeAdmin);
});

describe(`stage ${stage}, later`, () => {
  updateSteps(stage, folder, params, openShop);
  sweeps.finish();
});

describe('removal', () => removalSteps());
