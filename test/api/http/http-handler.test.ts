import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type ApiResponse, localClient, outcomeOf } from '../../support/api-driver/client.ts';

const api = localClient();

describe('GET /health', () => {
  it('returns 200 to an anonymous caller', async () => {
    const response = await api.get('/health');
    expect(response).toMatchObject({ status: 200, body: { status: 'ok' } });
  });
});

describe('an unknown path', () => {
  it.each(['/nowhere', '/product/x/y', '/.env', '/product/..%2f..%2fetc%2fpasswd/x'])(
    'returns route_not_found for GET %s',
    async (path) => {
      expect(outcomeOf(await api.get(path))).toEqual({ status: 404, code: 'route_not_found' });
    },
  );
});

describe('a request body', () => {
  it('over 64 KB of text or of UTF-8 returns body_too_large', async () => {
    const tooLarge = { status: 413, code: 'body_too_large' };
    const login = (email: string) => api.post('/auth/login', { email });
    expect(outcomeOf(await login('x'.repeat(65_536 - 12))).status).toBe(422);
    for (const email of ['x'.repeat(65_537 - 12), '€'.repeat(30_000), 'x'.repeat(9_000_000)])
      expect(outcomeOf(await login(email))).toEqual(tooLarge);
  });

  it('over 10 MB is rejected by the gateway', async () => {
    // The local gateway and API Gateway respond without invoking a function.
    const { status } = await fetch(`${inject('localUrl')}/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: 'x'.repeat(11_000_000),
    });
    expect(status).toBe(413);
  });
});

describe('a response', () => {
  let success: ApiResponse;
  let failure: ApiResponse;
  beforeAll(async () => {
    success = await api.get('/product?limit=1');
    failure = await api.get('/nowhere');
  });

  it('has a unique X-Request-Id, which a problem repeats', async () => {
    const ids = [success, failure, await api.get('/health')].map(({ headers }) => headers.get('X-Request-Id'));
    expect(new Set(ids).size).toBe(3);
    expect(failure.problem?.request_id).toBe(failure.headers.get('X-Request-Id'));
  });

  it('sets Content-Type', () => {
    expect(success.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(failure.headers.get('Content-Type')).toBe('application/problem+json');
  });

  it('sets Cache-Control: no-store on private data', async () => {
    const response = await api.post('/customer/add', { username: 'private' });
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });
});
