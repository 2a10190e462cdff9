import { beforeAll, describe, expect, inject, it } from 'vitest';
import { createLocalShop } from '../../support/api-driver/api-driver.ts';
import { outcomeOf } from '../../support/api-driver/client.ts';
import {
  createOperationFixture,
  customerState,
  type OperationFixture,
} from '../../support/api-driver/operation-requests.ts';
import { rawRequest } from '../../support/api-driver/raw-http.ts';

const url = inject('localUrl');

let fixture: OperationFixture;
beforeAll(async () => {
  const shop = await createLocalShop();
  fixture = await createOperationFixture(shop, await shop.guest());
});

describe('the method of a request', () => {
  const names = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'];

  it.each(names)('is not overridden by %s', async (name) => {
    const { shop, productId } = fixture;
    const before = await shop.read(productId);
    const headers = { [name]: 'DELETE' };
    expect((await shop.admin.api.get(`/product/${productId}`, { headers })).body).toEqual(before);
    const asPost = await shop.admin.api.post(`/product/${productId}?_method=DELETE`, {}, { headers });
    expect(outcomeOf(asPost)).toEqual({ status: 405, code: 'method_not_allowed' });
    expect(await shop.read(productId)).toEqual(before);
  });

  it.each(['TRACE', 'PROPFIND', 'PURGE'])('returns 4xx without an echo for %s', async (method) => {
    const { status, body } = await rawRequest(url, method, '/product', [['X-Secret', 'echoed?']]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body).not.toContain('echoed?');
  });
});

describe('the path of a request', () => {
  const forms: readonly ((path: string) => string)[] = [
    (path) => `/${path}`,
    (path) => `${path}/`,
    (path) => `${path}//`,
    (path) => `/.${path}`,
    (path) => `/x/..${path}`,
    (path) => `/health/%2e%2e${path}`,
    (path) => `/health/..%2f${path.slice(1)}`,
    (path) => `${path}%00`,
    (path) => `${path};a=b`,
    (path) => `${path}%20`,
    (path) => `${path}.json`,
    (path) => `${path}#x`,
    (path) => path.toUpperCase(),
    (path) => `${path.slice(0, 1)}%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
    (path) => path.replaceAll('/', '\\'),
    (path) => path.replaceAll('/', '%2f'),
    (path) => `http://other.example${path}`,
  ];

  it('in an unusual form returns no private data to an anonymous caller', async () => {
    const { productId, customer, orderId, shop } = fixture;
    const before = await customerState(fixture);
    const requests = [
      ['DELETE', `/product/${productId}`],
      ['GET', `/cart/${customer.id}`],
      ['GET', `/order/${orderId}`],
      ['POST', `/order/${orderId}/cancel`],
    ] as const;
    for (const [method, path] of requests) {
      for (const form of forms) {
        const { status, body } = await rawRequest(url, method, form(path));
        expect([400, 401, 404, 422], `${method} ${form(path)}`).toContain(status);
        expect(body).not.toContain(productId);
      }
      // The plain path exists.
      expect((await shop.anyone.send(method, path)).status).toBe(401);
    }
    expect(await customerState(fixture)).toEqual(before);
  });

  it.each(['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Path', 'X-Forwarded-Prefix'])(
    'is not overridden by %s',
    async (name) => {
      const headers = { [name]: `/cart/${fixture.customer.id}` };
      expect((await fixture.shop.anyone.get('/health', { headers })).body).toEqual({ status: 'ok' });
      expect((await fixture.customer.api.get('/nowhere', { headers })).status).toBe(404);
    },
  );

  it.each(['%0d%0aSet-Cookie:%20a=b', '%0aX-Injected:%201', '%E5%98%8D%E5%98%8ASet-Cookie:a=b'])(
    'does not inject response headers: %s',
    async (injected) => {
      for (const path of [`/product/${injected}`, `/${injected}`, `/product?cursor=${injected}`]) {
        const response = await rawRequest(url, 'GET', path);
        expect([404, 422]).toContain(response.status);
        expect(response.headers.join('\n')).not.toMatch(/set-cookie|x-injected/i);
      }
    },
  );
});

describe('a request header', () => {
  it('does not set the request id', async () => {
    const mine = '11111111-1111-4111-8111-111111111111';
    const names = ['X-Request-Id', 'X-Amzn-RequestId', 'X-Amzn-Trace-Id', 'X-Correlation-Id', 'Request-Id'];
    const headers = Object.fromEntries(names.map((name) => [name, mine]));
    for (const response of [
      await fixture.shop.anyone.get('/health', { headers }),
      await fixture.shop.anyone.get('/nowhere', { headers }),
    ]) {
      expect(response.headers.get('X-Request-Id')).not.toBe(mine);
      expect(JSON.stringify(response.body)).not.toContain(mine);
    }
  });

  it.each([
    ['Host', 'evil.example'],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Forwarded-Proto', 'gopher'],
    ['X-Forwarded-Port', '1'],
    ['Forwarded', 'host=evil.example;proto=gopher'],
    ['X-Host', 'evil.example'],
  ])('does not change Location: %s', async (name, value) => {
    const { productId } = fixture;
    const token = [['Authorization', await tokenOf()]] as const;
    const body = JSON.stringify({ items: [{ id: productId, quantity: 1 }] });
    const headers = [...token, ['Content-Type', 'application/json'], [name, value]] as const;
    const response = await rawRequest(url, 'POST', '/order', headers, body);
    expect(response.status).toBe(202);
    const location = response.headers[response.headers.findIndex((header) => /^location$/i.test(header)) + 1];
    expect(location).toMatch(/^\/order\/[0-9a-f-]{36}$/);
    expect(response.headers.join() + response.body).not.toMatch(/evil|gopher/);

    async function tokenOf(): Promise<string> {
      const made = await fixture.shop.anyone.post('/customer/add', { username: 'x' });
      return `Bearer ${Object(made.body).access_token}`;
    }
  });
});

describe('a page from another origin', () => {
  const Origin = 'https://shop.example';
  const preflight = (method: string, wanted: string) =>
    fetch(`${url}/order/add`, {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': wanted,
      },
    });
  const listed = (response: Response, name: string) =>
    (response.headers.get(`Access-Control-${name}`) ?? '').toLowerCase().split(/ *, */);

  it('can read every response and X-Request-Id', async () => {
    for (const path of ['/product?limit=1', '/nowhere']) {
      const { headers } = await fixture.shop.anyone.get(path, { headers: { Origin } });
      expect(['*', Origin]).toContain(headers.get('Access-Control-Allow-Origin'));
      expect(headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id');
      expect(headers.get('Access-Control-Allow-Credentials')).not.toBe('true');
    }
  });

  it.each([
    ['POST', 'authorization,content-type,idempotency-key'],
    ['PATCH', 'authorization,content-type,if-match'],
    ['DELETE', 'authorization'],
    ['GET', 'authorization'],
  ])('can send %s with %s', async (method, wanted) => {
    const response = await preflight(method, wanted);
    expect([200, 204]).toContain(response.status);
    expect(['*', Origin]).toContain(response.headers.get('Access-Control-Allow-Origin'));
    expect(listed(response, 'Allow-Methods')).toContain(method.toLowerCase());
    for (const name of wanted.split(',')) expect(listed(response, 'Allow-Headers')).toContain(name);
    // The API uses no credentials that browsers send automatically.
    expect(response.headers.get('Access-Control-Allow-Credentials')).not.toBe('true');
  });

  it('cannot send the bootstrap secret, other methods or any header', async () => {
    const response = await preflight('POST', 'bootstrap-secret');
    expect(listed(response, 'Allow-Headers')).not.toContain('bootstrap-secret');
    expect(listed(response, 'Allow-Headers')).not.toContain('*');
    for (const method of ['put', 'trace', 'connect', '*'])
      expect(listed(await preflight('PUT', 'authorization'), 'Allow-Methods')).not.toContain(method);
  });
});
