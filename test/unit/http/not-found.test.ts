import { describe, expect, it } from 'vitest';
import { contextOf, eventOf } from '../../support/fixtures/domain-builders.ts';
import { environment } from '../../support/services/environment.ts';

// The configuration is read when the module is loaded.
Object.assign(process.env, environment);
const { handler } = await import('../../../functions/service/not-found.ts');

const origin = 'https://shop.example';
const preflight = { origin, 'access-control-request-method': 'POST' };

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  const { requestContext } = eventOf();
  const http = { ...requestContext.http, method, path };
  const event = eventOf({ rawPath: path, headers, requestContext: { ...requestContext, http } });
  const { statusCode, headers: replied, body } = await handler(event, contextOf());
  return {
    status: statusCode,
    code: body === undefined ? undefined : JSON.parse(body).code,
    allow: replied?.['Allow'],
  };
}

describe('a request that matches no route', () => {
  it.each(['HEAD', 'PUT', 'OPTIONS', 'PURGE'])(
    'with %s on a known path is told what there is',
    async (method) => {
      expect(await ask(method, '/product')).toEqual({
        status: 405,
        code: 'method_not_allowed',
        allow: 'GET, POST',
      });
    },
  );

  it.each(['GET', 'HEAD', 'OPTIONS'])(
    'with %s on an unknown path is told that it is unknown',
    async (method) => {
      expect(await ask(method, '/nowhere')).toEqual({
        status: 404,
        code: 'route_not_found',
        allow: undefined,
      });
    },
  );

  it.each(['/order/add', '/nowhere'])('is accepted as a preflight of %s', async (path) => {
    expect(await ask('OPTIONS', path, preflight)).toEqual({ status: 204, code: undefined, allow: undefined });
  });

  it.each([
    ['GET', preflight],
    ['OPTIONS', { origin }],
    ['OPTIONS', { 'access-control-request-method': 'POST' }],
  ])('is no preflight with %s and %j', async (method, headers) => {
    expect((await ask(method, '/order/add', { ...headers })).status).toBe(405);
  });
});
