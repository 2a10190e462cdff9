import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { actAsApiGateway } from '../../../localstack/api-gateway.ts';
import { freePort } from '../../../localstack/ports.ts';
import { rawRequest } from '../../support/api-driver/raw-http.ts';

/** Responds with the request that serverless-offline and hapi receive. */
const echo = () =>
  createServer(async (request, response) => {
    const { method, headers, rawHeaders } = request;
    const body = (await buffer(request)).toString('latin1');
    response.end(JSON.stringify({ method, type: headers['content-type'], rawHeaders, body }));
  });
const seenShape = z.object({
  method: z.string(),
  type: z.optional(z.string()),
  rawHeaders: z.array(z.string()),
  body: z.string(),
});

const behind = echo();
const beside = echo();
let port: number;
let besidePort: number;

const listen = (server: Server, at: number) => once(server.listen(at, '127.0.0.1'), 'listening');
beforeAll(async () => {
  [port, besidePort] = await Promise.all([freePort(), freePort()]);
  actAsApiGateway(port);
  await Promise.all([listen(behind, port), listen(beside, besidePort)]);
  // It intercepts requests from the second one on.
  await seenBy(port, 'GET', undefined);
});
afterAll(async () => {
  for (const server of [behind, beside]) {
    server.closeAllConnections();
    await once(server.close(), 'close');
  }
});

async function seenBy(at: number, method: string, type: string | undefined, body: string | Uint8Array = '') {
  const headers = type === undefined ? [] : ([['Content-Type', type]] as const);
  const response = await rawRequest(`http://127.0.0.1:${at}`, method, '/thing', headers, body);
  return seenShape.parse(JSON.parse(response.body));
}

describe('actAsApiGateway', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'text/plain', 'APPLICATION/JSON'])(
    'delivers a body of type %s as text',
    async (type) => {
      const seen = await seenBy(port, 'POST', type, '{"name":"Café"}');
      expect(seen).toMatchObject({ type: 'text/plain', body: latin1('{"name":"Café"}') });
    },
  );

  it.each(['application/merge-patch+json', 'application/x-www-form-urlencoded', 'application/jsonx', undefined])(
    'delivers a body of type %s as bytes',
    async (type) => {
      expect((await seenBy(port, 'POST', type, '{}')).type).toBe('application/octet-stream');
    },
  );

  it('delivers a body that is not UTF-8 unchanged, as bytes', async () => {
    const latin = Buffer.from('{"name":"Caf\xe9"}', 'latin1');
    const seen = await seenBy(port, 'POST', 'application/json', latin);
    expect(seen).toMatchObject({ type: 'application/octet-stream', body: '{"name":"Caf\xe9"}' });
    expect(seen.rawHeaders).toContain('application/json');
  });

  it('delivers a body of one megabyte', async () => {
    const body = 'x'.repeat(1_000_000);
    expect((await seenBy(port, 'POST', 'text/plain', body)).body).toBe(body);
  });

  it('drops an incomplete body and serves the next request', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /thing HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf');
    await once(behind, 'request');
    await once(socket.destroy(), 'close');
    expect((await seenBy(port, 'POST', 'text/plain', 'whole')).body).toBe('whole');
  });
});

describe('actAsApiGateway for another port', () => {
  it('does not change the request', async () => {
    expect(await seenBy(besidePort, 'POST', 'application/json', '')).toMatchObject({
      type: 'application/json',
      body: '',
    });
  });
});

const latin1 = (text: string) => Buffer.from(text).toString('latin1');
