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
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (redirect === undefined) response.writeHead(201).end('{}');
    else response.writeHead(307, { Location: redirect }).end();
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
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const api = `http://127.0.0.1:${address.port}${path}`;
  return registerFirstAdmin({ api, email: 'a@example.com', password: 'twelve twelve', bootstrapSecret: 's' });
}

it.each(['', '/', '/base', '/base/'])('registerFirstAdmin keeps the base path "%s" of the API', async (path) => {
  await register(path);
  expect(asked).toEqual([`POST ${path.replace(/\/$/, '')}/auth/register`]);
});

it('registerFirstAdmin does not follow a redirect, which would reveal the secret', async () => {
  redirect = '/elsewhere';
  await expect(register('')).rejects.toThrow();
  expect(asked).toEqual(['POST /auth/register']);
});
