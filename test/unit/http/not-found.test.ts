import { describe, expect, it } from 'vitest';
import { contextOf, eventOf } from '../../support/fixtures/domain-builders.ts';
import { environment } from '../../support/services/environment.ts';

// The configuration is read when its module is loaded.
Object.assign(process.env, environment);
const { handler } = await import('../../../functions/service/not-found.ts');

const origin = 'https://shop.example';
const preflight = { origin, 'access-control-request-method': 'POST' };

async function send(method: string, path: string, headers: Record<string, string> = {}) {
  const { requestContext } = eventOf();
  const http = { ...requestContext.http, method, path };
  const event = eventOf({ rawPath: path, headers, requestContext: { ...requestContext, http } });
  const { statusCode, headers: responseHeaders, body } = await handler(event, contextOf());
  return {
    status: statusCode,
    code: body === undefined ? undefined : JSON.parse(body).code,
    allow: responseHeaders?.['Allow'],
  };
}

describe('notFound', () => {
  it.each(['HEAD', 'PUT', 'OPTIONS', 'PURGE'])(
    'responds to %s on a known path with 405 and the allowed methods',
    async (method) => {
      expect(await send(method, '/product')).toEqual({
        status: 405,
        code: 'method_not_allowed',
        allow: 'GET, POST',
      });
    },
  );

  it.each(['GET', 'HEAD', 'OPTIONS'])('responds to %s on an unknown path with 404', async (method) => {
    expect(await send(method, '/nowhere')).toEqual({
      status: 404,
      code: 'route_not_found',
      allow: undefined,
    });
  });

  it.each(['/order/add', '/nowhere'])('accepts a CORS preflight of %s', async (path) => {
    expect(await send('OPTIONS', path, preflight)).toEqual({
      status: 204,
      code: undefined,
      allow: undefined,
    });
  });

  it.each([
    ['GET', preflight],
    ['OPTIONS', { origin }],
    ['OPTIONS', { 'access-control-request-method': 'POST' }],
  ])('does not treat %s with headers %j as a preflight', async (method, headers) => {
    expect((await send(method, '/order/add', { ...headers })).status).toBe(405);
  });
});
