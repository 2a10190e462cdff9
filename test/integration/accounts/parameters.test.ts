import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { systemClock } from '../../../lib/platform/clock.ts';
import { createParameters } from '../../../lib/platform/parameters.ts';

const listening = z.object({ port: z.int() });

/** The response of SSM, which has `/known` only. */
function ssmResponse(requestBody: string): { status: number; body: object } {
  const { Name, WithDecryption } = JSON.parse(requestBody);
  if (Name !== '/known') return { status: 400, body: { __type: 'ParameterNotFound' } };
  return { status: 200, body: { Parameter: { Value: WithDecryption ? 'plain' : 'cipher' } } };
}

describe('createParameters with SSM', () => {
  let server: Server;
  let failures: number;

  beforeEach(async () => {
    failures = 0;
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      failures -= 1;
      const result = failures >= 0 ? { status: 500, body: {} } : ssmResponse(body);
      response.writeHead(result.status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(result.body));
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

  it('returns a decrypted value', async () => {
    expect(await createParameters({ clock: systemClock }).get('/known')).toBe('plain');
  });

  it('retries two failures of the service', async () => {
    failures = 2;
    expect(await createParameters({ clock: systemClock }).get('/known')).toBe('plain');
  });

  it('returns undefined for a missing parameter, but throws when the service fails', async () => {
    expect(await createParameters({ clock: systemClock }).find('/unknown')).toBeUndefined();
    failures = 10;
    await expect(createParameters({ clock: systemClock }).find('/known')).rejects.toThrow();
  });
});
