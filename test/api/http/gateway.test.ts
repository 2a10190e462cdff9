import { beforeAll, describe, expect, inject, it } from 'vitest';
import { expectResponse, localClient } from '../../support/api-driver/client.ts';
import {
  createGatewayFixture,
  expectedResponse,
  gatewayCases,
  responseTo,
} from '../../support/api-driver/gateway-requests.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { tokenSchema } from '../../support/api-driver/response-schemas.ts';

let adminToken: string;
beforeAll(async () => {
  const api = localClient();
  const { email, password, ...rest } = newAccount({ role: 'ADMIN' });
  await api.post('/auth/register', { email, password, ...rest });
  const login = await api.post('/auth/login', { email, password });
  adminToken = expectResponse(login, 200, tokenSchema).access_token;
});

describe('the gateway', () => {
  it.each(gatewayCases)('returns the expected response for $name', async (row) => {
    const fixture = await createGatewayFixture(inject('localUrl'), adminToken);
    expect(await responseTo(fixture, row)).toEqual(expectedResponse(row));
  });
});
