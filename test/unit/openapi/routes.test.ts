import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { readServiceConfig } from '../../../deploy/service-config.ts';
import { notFoundContract } from '../../../functions/service/contracts.ts';
import { areas } from '../../../tools/openapi/areas.ts';

const eventsSchema = z.array(z.looseObject({ httpApi: z.optional(z.string()) }));

const deployed = Object.entries(readServiceConfig().functions).flatMap(([operation, { handler, events }]) => {
  const routes = eventsSchema.parse(events).flatMap(({ httpApi }) => (httpApi === undefined ? [] : [httpApi]));
  return routes.length === 0 ? [] : [{ operation, handler, routes }];
});
const contracts = [...areas.flatMap((area) => area.contracts), notFoundContract];

describe('serverless.yml', () => {
  it('has exactly the routes of the contracts', () => {
    const byOperation = <T extends { operation: string; routes: readonly string[] }>(list: readonly T[]) =>
      Object.fromEntries(list.map(({ operation, routes }) => [operation, routes]));
    expect(deployed.length).toBeGreaterThan(20);
    expect(byOperation(deployed)).toEqual(byOperation(contracts));
    expect(deployed).toHaveLength(contracts.length);
  });

  it('names each function after its operation', () => {
    for (const { operation, handler } of deployed) {
      const file = operation.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      expect(handler).toMatch(new RegExp(`^functions/[a-z]+/${file}\\.handler$`));
    }
  });
});
