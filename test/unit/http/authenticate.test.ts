import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { AccessTokens } from '../../../lib/accounts/access-token.ts';
import { DomainError } from '../../../lib/errors.ts';
import { type Authenticated, authenticate, authorizeCustomer } from '../../../lib/http/authenticate.ts';
import type { Access } from '../../../lib/http/contract.ts';
import type { Caller } from '../../../lib/platform/caller.ts';
import { eventOf } from '../../support/fixtures/domain-builders.ts';

const user: Caller = { id: '01890a5d-ac96-774b-bcce-b302099a8057', role: 'USER' };
const admin: Caller = { id: '01890a5d-ac96-774b-bcce-b302099a8058', role: 'ADMIN' };

const tokens: AccessTokens = {
  issue: async () => ({ access_token: 'user', token_type: 'Bearer', expires_in: 1 }),
  verify: async (token) => {
    const known = { user, admin }[token];
    if (known === undefined) throw new DomainError('unauthenticated');
    return known;
  },
};

async function callerOf(access: Access, authorization?: string) {
  const event: APIGatewayProxyEventV2 & Authenticated = eventOf({
    headers: authorization === undefined ? {} : { authorization },
  });
  await authenticate(tokens, access).before({ event });
  return event.caller;
}

describe('authenticate', () => {
  it.each(['Bearer user', 'bearer user', 'Bearer  user'])('accepts %j', async (header) => {
    expect(await callerOf('account', header)).toEqual(user);
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic user', 'user', 'Bearer user admin', 'Bearer other'])(
    'rejects %j',
    async (header) => {
      await expect(callerOf('account', header)).rejects.toMatchObject({ code: 'unauthenticated' });
    },
  );

  it('requires ADMIN if the operation does', async () => {
    await expect(callerOf('admin', 'Bearer user')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await callerOf('admin', 'Bearer admin')).toEqual(admin);
  });

  it('accepts a request without a token only if it is optional, but never an invalid token', async () => {
    expect(await callerOf('anyone_or_account')).toBeUndefined();
    await expect(callerOf('anyone_or_account', 'Bearer other')).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });
});

describe('authorizeCustomer', () => {
  const own = { body: { customer_id: user.id } };
  const other = { params: { customer_id: admin.id }, body: { customer_id: user.id } };

  it.each<[Access, Caller | undefined, unknown, boolean]>([
    ['customer', user, own, true],
    ['customer', admin, own, false],
    ['customer', undefined, own, false],
    ['customer', user, other, false],
    ['customer', user, {}, false],
    ['customer_or_admin', user, own, true],
    ['customer_or_admin', admin, own, true],
    ['customer_or_admin', user, other, false],
    ['customer_or_admin', undefined, {}, false],
  ])('with access %s, caller %j and request %j: allowed is %j', (access, caller, request, allowed) => {
    const check = () => authorizeCustomer(access, caller, request);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ code: 'forbidden' }));
  });
});
