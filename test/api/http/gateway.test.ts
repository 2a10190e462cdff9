import { beforeAll, describe, expect, inject, it } from 'vitest';
import { expectReply, localClient } from '../../support/api-driver/client.ts';
import {
  answerOf,
  expectedOf,
  gatewayRows,
  openGatewayWorld,
} from '../../support/api-driver/gateway-requests.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { tokenShape } from '../../support/api-driver/response-schemas.ts';

let adminToken: string;
beforeAll(async () => {
  const api = localClient();
  const { email, password, ...rest } = newAccount({ role: 'ADMIN' });
  await api.post('/auth/register', { email, password, ...rest });
  const login = await api.post('/auth/login', { email, password });
  adminToken = expectReply(login, 200, tokenShape).access_token;
});

describe('a gateway', () => {
  it.each(gatewayRows)('answers as the API says: $name', async (row) => {
    const world = await openGatewayWorld(inject('localUrl'), adminToken);
    expect(await answerOf(world, row)).toEqual(expectedOf(row));
  });
});
