import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { generated } from '../../../lib/openapi/generate.ts';

const docs = join(import.meta.dirname, '../../../docs');

describe('docs', () => {
  it.each(Object.entries(generated))('%s is what contracts and shapes make today', async (name, content) => {
    const committed: unknown = JSON.parse(await readFile(join(docs, name), 'utf8'));
    expect(committed, 'run `npm run openapi`').toEqual(JSON.parse(JSON.stringify(content)));
  });
});

describe('the OpenAPI document', () => {
  it('is valid for a validator of its own', async () => {
    const result = await new Validator().validate(structuredClone(generated['openapi.json']));
    expect(result).toEqual({ valid: true });
  });
});
