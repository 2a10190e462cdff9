import { describe, expect, it } from 'vitest';
import routes from '../../../docs/routes.json' with { type: 'json' };
import { allowedMethods } from '../../../lib/http/allowed-methods.ts';
import { byRoute } from '../../support/openapi/contracts.ts';

describe('allowedMethods', () => {
  it.each([
    ['/health', ['GET']],
    ['/order', ['GET', 'POST']],
    ['/product/01a204a0-ae46-747a-92c4-e1d56e5cdf0d', ['DELETE', 'GET', 'PATCH']],
    ['/order/x/cancel', ['POST']],
  ])('returns the methods of the matching template: %s', (path, methods) => {
    expect(allowedMethods(routes, path)).toEqual(methods);
  });

  it.each([
    ['/product/all', ['DELETE', 'GET', 'PATCH']],
    ['/cart/add', ['GET', 'POST']],
  ])('combines all matching templates: %s', (path, methods) => {
    expect(allowedMethods(routes, path)).toEqual(methods);
  });

  it.each([
    '/',
    '',
    '/nowhere',
    '/product/',
    '/health/',
    '//health',
    '/order//cancel',
    '/order/x/cancel/y',
    '/PRODUCT',
  ])('returns none without a matching template: %j', (path) => {
    expect(allowedMethods(routes, path)).toEqual([]);
  });

  it('includes every method of every route', () => {
    const missing = byRoute.filter(({ route }) => {
      const [method = '', path = ''] = route.split(' ');
      return !allowedMethods(routes, path).includes(method);
    });
    expect(missing).toEqual([]);
    expect(byRoute.length).toBeGreaterThan(20);
  });
});
