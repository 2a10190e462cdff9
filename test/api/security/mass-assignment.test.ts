import { beforeAll, describe, expect, it } from 'vitest';
import { createLocalShop } from '../../support/api-driver/api-driver.ts';
import { outcomeOf, pathsOf } from '../../support/api-driver/client.ts';
import {
  bodyWith,
  clientFor,
  createOperationFixture,
  type OperationFixture,
  operationOf,
  send,
} from '../../support/api-driver/operation-requests.ts';
import { byRoute, objectsOf } from '../../support/openapi/contracts.ts';

/** Fields that only the service sets, with values that would do harm if they were accepted. */
const smuggled: Record<string, string> = {
  id: '"01890a5d-ac96-774b-bcce-b302099a8057"',
  customer_id: '"01890a5d-ac96-774b-bcce-b302099a8057"',
  account_id: '"01890a5d-ac96-774b-bcce-b302099a8057"',
  role: '"ADMIN"',
  kind: '"registered"',
  email: '"someone@example.com"',
  password_hash: '"$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA"',
  status: '"CONFIRMED"',
  total: '1',
  price: '1',
  unit_price: '1',
  stock: '1000000',
  sold: '0',
  stock_increases: '7',
  active: 'true',
  version: '1',
  deleted_at: 'null',
  propagating: '"yes"',
  listed: '"yes"',
  allocations: '[]',
  counted: '[]',
  pending: '"0"',
  fingerprint: '"x"',
  currency: '"JPY"',
  created_at: '"2000-01-01T00:00:00.000Z"',
  decided_at: '"2000-01-01T00:00:00.000Z"',
  expires_at: '1',
};
/** Property names of JavaScript objects, and unknown names. */
const odd: Record<string, string> = { toString: '1', hasOwnProperty: '1', surplus: '1', '': '1', '💥': '1' };

let fixture: OperationFixture;
beforeAll(async () => {
  const shop = await createLocalShop();
  fixture = await createOperationFixture(shop, await shop.guest());
});

const withBody = byRoute.filter(({ request }) => request.body !== undefined);
const objects = withBody.flatMap(({ route, request }) =>
  objectsOf(request.body).map((object) => ({ route, ...object, at: object.path.join('.') })),
);

describe.each(objects)('the object at "$at" in the body of $route', ({ route, path, schema }) => {
  const { shape } = schema._zod.def;

  it('rejects every field that the contract does not define, and changes nothing', async () => {
    const { state } = operationOf(route);
    const before = await state?.(fixture);
    const api = clientFor(operationOf(route), fixture);
    const fields = Object.entries({ ...smuggled, ...odd }).filter(([name]) => !Object.hasOwn(shape, name));
    await Promise.all(
      fields.map(async ([name, json]) => {
        const text = bodyWith(route, fixture, [...path, name], json);
        const response = await send(api, route, fixture, { text });
        expect(outcomeOf(response), name).toEqual({ status: 422, code: 'invalid_request' });
        expect(pathsOf(response)).toEqual([[...path, name].join('.')]);
      }),
    );
    expect(fields.length).toBeGreaterThan(20);
    expect(await state?.(fixture), 'what is stored').toEqual(before);
  });
});

describe('request bodies', () => {
  it('are all covered', () => {
    expect(withBody.length).toBeGreaterThanOrEqual(10);
    expect(objects.length).toBeGreaterThan(withBody.length);
  });
});
