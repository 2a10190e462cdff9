import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { systemClock } from '../../../lib/platform/clock.ts';
import { createParameters } from '../../../lib/platform/parameters.ts';

const listening = z.object({ port: z.int() });

/** What SSM says of `/known`; it has no other parameter. */
function ssmReply(requestBody: string): { status: number; body: object } {
  const { Name, WithDecryption } = JSON.parse(requestBody);
  if (Name !== '/known') return { status: 400, body: { __type: 'ParameterNotFound' } };
  return { status: 200, body: { Parameter: { Value: WithDecryption ? 'plain' : 'cipher' } } };
}

describe('parameters from SSM', () => {
  let server: Server;
  let failures: number;

  beforeEach(async () => {
    failures = 0;
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      failures -= 1;
      const reply = failures >= 0 ? { status: 500, body: {} } : ssmReply(body);
      response.writeHead(reply.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(reply.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', `http://127.0.0.1:${listening.parse(server.address()).port}`);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  });

  it('come decrypted', async () => {
    expect(await createParameters({ clock: systemClock }).get('/known')).toBe('plain');
  });

  it('survive two failures of the service', async () => {
    failures = 2;
    expect(await createParameters({ clock: systemClock }).get('/known')).toBe('plain');
  });

  it('tell a parameter that does not exist from a service that fails', async () => {
    expect(await createParameters({ clock: systemClock }).find('/unknown')).toBeUndefined();
    failures = 10;
    await expect(createParameters({ clock: systemClock }).find('/known')).rejects.toThrow();
  });
});
