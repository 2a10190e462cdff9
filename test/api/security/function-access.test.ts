import { beforeAll, describe, expect, it } from 'vitest';
import type { Access } from '../../../lib/http/contract.ts';
import { type Actor, type ApiShop, createLocalShop, signUp } from '../../support/api-driver/api-driver.ts';
import { devClient, expectResponse, outcomeOf } from '../../support/api-driver/client.ts';
import { forgeToken } from '../../support/api-driver/forge-token.ts';
import {
  createOperationFixture,
  type OperationFixture,
  operationOf,
  send,
} from '../../support/api-driver/operation-requests.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { accountSchema, guestSchema, tokenSchema } from '../../support/api-driver/response-schemas.ts';
import { byRoute } from '../../support/openapi/contracts.ts';

const callers = [
  'anonymous',
  'guest',
  'USER',
  'ADMIN',
  "guest with another stage's token",
  "ADMIN with another stage's token",
] as const;
type Who = (typeof callers)[number];

const allowed = { status: 'its success', code: undefined };
const unauthenticated = { status: 401, code: 'unauthenticated' };
const forbidden = { status: 403, code: 'forbidden' };

/** For the caller's own objects. For objects of others, see object-access.test.ts. */
function expected(access: Access, who: Who) {
  if (access === 'anyone') return allowed;
  if (who === 'anonymous') return access === 'anyone_or_account' ? allowed : unauthenticated;
  if (who.includes('another stage')) return unauthenticated;
  if (access === 'admin' && who !== 'ADMIN') return forbidden;
  return allowed;
}

let shop: ApiShop;
let actors: Record<Who, Actor>;
let base: OperationFixture;
beforeAll(async () => {
  shop = await createLocalShop();
  const guest = await shop.guest();
  const user = await signUp(shop.anyone);
  const { admin } = shop;
  const foreign = ({ id }: Actor, role: string): Actor => ({
    id,
    api: shop.anyone.as(forgeToken({ sub: id, role, iss: 'sellout/dev', aud: 'sellout/dev/api' })),
  });
  actors = {
    anonymous: { id: guest.id, api: shop.anyone },
    guest,
    USER: user,
    ADMIN: admin,
    "guest with another stage's token": foreign(guest, 'USER'),
    "ADMIN with another stage's token": foreign(admin, 'ADMIN'),
  };
  base = await createOperationFixture(shop, await shop.guest());
});

/** Returns objects of the owner: new ones for a request that changes them, otherwise shared ones. */
const shared = new Map<Actor, OperationFixture>();
async function worldFor(owner: Actor, changes: boolean): Promise<OperationFixture> {
  const fixture =
    (changes ? undefined : shared.get(owner)) ?? (await createOperationFixture(shop, owner, base.registered));
  if (changes) shared.delete(owner);
  else shared.set(owner, fixture);
  return fixture;
}

/** Returns the actor whose objects the caller uses. */
const ownerOf = (who: Who): Actor =>
  who === 'USER' ? actors.USER : who.startsWith('ADMIN') ? actors.ADMIN : actors.guest;

describe.each(byRoute)('$route, for $access', ({ route, access, response: success }) => {
  it.each(callers.map((who) => ({ who, outcome: expected(access, who) })))(
    'returns $outcome.status to $who',
    async ({ who, outcome }) => {
      const changes = outcome === allowed && !route.startsWith('GET');
      const fixture = await worldFor(ownerOf(who), changes);
      const state = async () => operationOf(route).state?.(fixture);
      const before = await state();
      const response = await send(actors[who].api, route, fixture);
      if (outcome === allowed) expect(response.status).toBe(success.status);
      else {
        expect(outcomeOf(response)).toEqual(outcome);
        expect(await state()).toEqual(before);
      }
    },
  );
});

describe('a token issued by another stage', () => {
  it('returns unauthenticated, in both directions', async () => {
    const dev = devClient();
    const account = newAccount();
    const made = expectResponse(await dev.post('/auth/register', account), 201, accountSchema);
    const { access_token } = expectResponse(await dev.post('/auth/login', account), 200, tokenSchema);
    expect((await dev.as(access_token).get(`/cart/${made.id}`)).status).toBe(200);
    expect(outcomeOf(await shop.anyone.as(access_token).get(`/cart/${made.id}`))).toEqual(unauthenticated);
    const local = expectResponse(await shop.anyone.post('/customer/add', { username: 'x' }), 201, guestSchema);
    const there = await dev.as(local.access_token).get(`/cart/${local.id}`);
    expect(outcomeOf(there)).toEqual(unauthenticated);
  });
});
