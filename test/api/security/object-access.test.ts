import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { Access } from '../../../lib/http/contract.ts';
import { type Actor, type ApiShop, createLocalShop, signUp } from '../../support/api-driver/api-driver.ts';
import { type Client, outcomeOf } from '../../support/api-driver/client.ts';
import {
  createOperationFixture,
  customerState,
  idOf,
  type OperationFixture,
  send,
} from '../../support/api-driver/operation-requests.ts';
import { byRoute, leavesOf, type RequestPart, requestParts } from '../../support/openapi/contracts.ts';

/**
 * Whether the object that a field refers to has an owner. The tests fail for a field that is missing here.
 * They try every `owned` field with every caller and every owner.
 */
const owned = 'owned';
const relations: Record<string, typeof owned | 'not owned'> = {
  customer_id: owned,
  order_id: owned,
  /** Belongs to the shop. Roles decide about access: see function-access.test.ts. */
  product_id: 'not owned',
  'items.0.id': 'not owned',
  /** A position in a list: see cursors.test.ts. */
  cursor: 'not owned',
};

const isReference = (path: string, schema: z.core.$ZodType): boolean =>
  schema instanceof z.core.$ZodUUID || /(^|[._])(id|cursor)$/.test(path);

const named = byRoute.flatMap((contract) =>
  requestParts.flatMap((part) =>
    leavesOf(contract.request[part])
      .filter(({ path, schema }) => isReference(path, schema))
      .map(({ path }) => ({ contract, route: contract.route, part, path })),
  ),
);
const cases = named.filter(({ path }) => relations[path] === owned);

/** For access `account` the use case checks the owner. */
function mayAct(access: Access, who: Who): boolean {
  if (access === 'customer') return who === 'the owner';
  if (access === 'customer_or_admin' || access === 'account') return who === 'the owner' || who === 'another ADMIN';
  if (access === 'admin') return who === 'another ADMIN';
  throw new Error(`An owned object must not have access ${access}`);
}

const callers = ['anonymous', 'another guest', 'another USER', 'another ADMIN', 'the owner'] as const;
type Who = (typeof callers)[number];
const owners = ['guest', 'USER', 'ADMIN'] as const;
type Owner = (typeof owners)[number];

let shop: ApiShop;
let others: Record<Exclude<Who, 'the owner'>, Client>;
let owningActors: Record<Owner, Actor>;
/** Objects that no test may change, and their state at the start. */
let closed: Record<Owner, { fixture: OperationFixture; before: unknown }>;
let registered: OperationFixture['registered'];
beforeAll(async () => {
  shop = await createLocalShop();
  const [guest, user, admin] = await Promise.all([
    shop.guest(),
    signUp(shop.anyone),
    signUp(shop.anyone, { role: 'ADMIN' }),
  ]);
  others = {
    anonymous: shop.anyone,
    'another guest': guest.api,
    'another USER': user.api,
    'another ADMIN': admin.api,
  };
  const newOwners = async (): Promise<Record<Owner, Actor>> => ({
    guest: await shop.guest(),
    USER: await signUp(shop.anyone),
    ADMIN: await signUp(shop.anyone, { role: 'ADMIN' }),
  });
  owningActors = await newOwners();
  registered = (await createOperationFixture(shop, owningActors.USER)).registered;
  const closedOf = async (owner: Actor) => {
    const fixture = await createOperationFixture(shop, owner, registered);
    return { fixture, before: await customerState(fixture) };
  };
  const victims = await newOwners();
  closed = {
    guest: await closedOf(victims.guest),
    USER: await closedOf(victims.USER),
    ADMIN: await closedOf(victims.ADMIN),
  };
});

const clientOf = (who: Who, { customer }: OperationFixture) => (who === 'the owner' ? customer.api : others[who]);

/** Puts the owner's id into the query or header. Paths and bodies have it already. */
const naming = (part: RequestPart, path: string, fixture: OperationFixture) =>
  part === 'query' || part === 'headers' ? { [part]: { [path]: idOf(path, fixture) } } : {};

describe.each(cases)('$path in the $part of $route', ({ contract, route, part, path }) => {
  const { access, response: success } = contract;
  const table = owners.flatMap((owner) => callers.map((who) => ({ owner, who, allowed: mayAct(access, who) })));

  it.each(table.filter(({ allowed }) => !allowed))(
    "denies $who access to a $owner's object",
    async ({ owner, who }) => {
      const { fixture, before } = closed[owner];
      const response = await send(clientOf(who, fixture), route, fixture, naming(part, path, fixture));
      expect(outcomeOf(response)).toEqual(
        who === 'anonymous' ? { status: 401, code: 'unauthenticated' } : { status: 403, code: 'forbidden' },
      );
      expect(await customerState(fixture)).toEqual(before);
    },
  );

  it.each(table.filter(({ allowed }) => allowed))("allows $who access to a $owner's object", async ({ owner, who }) => {
    const fixture = await createOperationFixture(shop, owningActors[owner], registered);
    const response = await send(clientOf(who, fixture), route, fixture, naming(part, path, fixture));
    expect(response.status).toBe(success.status);
    expect(JSON.stringify(response.body)).toContain(fixture.customer.id);
  });
});

describe('the table `relations`', () => {
  it('contains every id and cursor of the contracts', () => {
    const unknown = named.filter(({ path }) => relations[path] === undefined);
    expect(unknown.map(({ route, part, path }) => `${route}: ${path} in its ${part}`)).toEqual([]);
    expect(named.length).toBeGreaterThanOrEqual(15);
    expect(cases.length).toBeGreaterThanOrEqual(7);
  });
});

describe('an id in upper case', () => {
  it('is the same customer', async () => {
    const fixture = await createOperationFixture(shop, owningActors.USER, registered);
    const attacker = await shop.guest();
    expect((await fixture.customer.api.get(`/cart/${fixture.customer.id.toUpperCase()}`)).status).toBe(200);
    expect((await attacker.api.get(`/cart/${fixture.customer.id.toUpperCase()}`)).status).toBe(403);
  });
});
