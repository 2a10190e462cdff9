import { expect, it } from 'vitest';
import { checkOut, putInCart } from '../../support/api-driver/api-driver.ts';
import { awaitDecision, submit } from '../../support/api-driver/submitted-orders.ts';
import { until } from '../../support/services/processes.ts';
import type { EventQueue } from '../deployment/event-queue.ts';
import { functionErrors } from '../deployment/function-log.ts';
import { type Permission, revoke } from '../deployment/roles.ts';
import type { OpenShop } from './shop.ts';

/** Enough for a worker that has its permissions. */
const decisionMs = 5_000;

/** Shows that the emulator enforces roles: without a permission a step fails, and the log says which function it was. */
export function permissionSteps(stage: string, openShop: OpenShop, queue: () => EventQueue): void {
  const confirmed = async () => {
    const shop = await openShop();
    const guest = await shop.guest();
    await putInCart(guest, (await shop.product()).id, 1);
    return checkOut(guest);
  };

  it.each([
    {
      of: 'checkout',
      action: 'dynamodb:UpdateItem',
      on: 'stock',
      fails: async () => {
        await confirmed();
      },
    },
    {
      of: 'processOrders',
      action: 'dynamodb:UpdateItem',
      on: 'orders',
      fails: async () => {
        const shop = await openShop();
        const guest = await shop.guest();
        await awaitDecision(guest, (await submit(guest, (await shop.product()).id)).id, decisionMs);
      },
    },
    {
      of: 'publishOrders',
      action: 'events:PutEvents',
      on: 'orders',
      fails: async () => {
        const { id } = await confirmed();
        await until(async () => (await queue().received()).has(`${id}:CONFIRMED`), decisionMs);
      },
    },
  ])('without $action on $on, a step fails and names $of', async ({ fails, ...permission }) => {
    expect(await errorsWithout({ stage, ...permission }, fails)).toEqual([
      expect.stringMatching(new RegExp(`^${permission.of}: .* is not authorized to perform: ${permission.action}`)),
    ]);
    await fails();
  });
}

/** Returns what the functions log when the step fails for lack of a permission. @throws {Error} if it succeeds */
async function errorsWithout(permission: Permission, step: () => Promise<void>): Promise<string[]> {
  const restore = await revoke(permission);
  try {
    const since = Date.now();
    await expect(step()).rejects.toThrow();
    return await functionErrors(permission.stage, since);
  } finally {
    await restore();
  }
}
