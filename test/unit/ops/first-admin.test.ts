import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { registerFirstAdmin } from '../../../tools/ops/first-admin.ts';

let server: Server;
let asked: string[];
let redirect: string | undefined;
beforeEach(async () => {
  asked = [];
  redirect = undefined;
  server = createServer((request, reply) => {
    asked.push(`${request.method} ${request.url}`);
    if (redirect === undefined) reply.writeHead(201).end('{}');
    else reply.writeHead(307, { Location: redirect }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function register(path: string) {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('there is no port');
  const api = `http://127.0.0.1:${address.port}${path}`;
  return registerFirstAdmin({ api, email: 'a@example.com', password: 'twelve twelve', bootstrapSecret: 's' });
}

it.each(['', '/', '/base', '/base/'])('registers below the path of the API: "%s"', async (path) => {
  await register(path);
  expect(asked).toEqual([`POST ${path.replace(/\/$/, '')}/auth/register`]);
});

it('takes the secret nowhere else', async () => {
  redirect = '/elsewhere';
  await expect(register('')).rejects.toThrow();
  expect(asked).toEqual(['POST /auth/register']);
});
