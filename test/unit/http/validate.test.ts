import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { DomainError } from '../../../lib/errors.ts';
import { validate } from '../../../lib/http/validate.ts';

const schema = z.object({
  params: z.object({ id: z.uuid() }),
  body: z.strictObject({ items: z.array(z.strictObject({ quantity: z.int() })) }),
});
const params = { id: '01890a5d-ac96-774b-bcce-b302099a8057' };

function pathsOf(raw: unknown): string[] {
  try {
    validate(schema, raw);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid_request')
      return (error.details.errors ?? []).map(({ path }) => path);
    throw error;
  }
  return [];
}

describe('validate', () => {
  it('returns the parsed request', () => {
    const raw = { params, body: { items: [] }, other: 1 };
    expect(validate(schema, raw)).toEqual({ params, body: { items: [] } });
  });

  it.each([
    ['a field in a list', { params, body: { items: [{ quantity: 1 }, { quantity: 'x' }] } }, ['items.1.quantity']],
    [
      'an unknown field',
      { params, body: { items: [{ quantity: 1, size: 2, hue: 3 }] } },
      ['items.0.size', 'items.0.hue'],
    ],
    ['an unknown field at the top', { params, body: { items: [], x: 1 } }, ['x']],
    ['a path parameter', { params: { id: '1' }, body: { items: [] } }, ['id']],
    ['a body that is not an object', { params, body: 7 }, ['body']],
    ['several fields at once', { params: {}, body: {} }, ['id', 'items']],
  ])('reports the path of %s', (_, raw, paths) => {
    expect(pathsOf(raw)).toEqual(paths);
  });
});
