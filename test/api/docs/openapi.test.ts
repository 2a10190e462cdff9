import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localClient } from '../../support/api-driver/client.ts';

const file = join(import.meta.dirname, '../../../docs/openapi.json');

describe('GET /openapi.json', () => {
  it('returns docs/openapi.json, cacheable for five minutes', async () => {
    const { status, headers, body } = await localClient().get('/openapi.json');
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(await readFile(file, 'utf8')));
    expect(headers.get('Cache-Control')).toBe('public, max-age=300');
    expect(headers.get('ETag')).toMatch(/^W\/"[\w-]+"$/);
  });
});
