import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { areas } from '../../../tools/openapi/areas.ts';
import { generated } from '../../../tools/openapi/generate.ts';

const docs = join(import.meta.dirname, '../../../docs');

describe('docs', () => {
  it.each(Object.entries(generated))('%s is up to date (npm run openapi)', async (name, content) => {
    const committed: unknown = JSON.parse(await readFile(join(docs, name), 'utf8'));
    expect(committed, 'run `npm run openapi`').toEqual(JSON.parse(JSON.stringify(content)));
  });
});

const shown = z
  .object({
    components: z.object({
      schemas: z.record(
        z.string(),
        z.object({ properties: z.record(z.string(), z.looseObject({ type: z.optional(z.unknown()) })) }),
      ),
    }),
  })
  .parse(generated['openapi.json']).components.schemas;

describe('the OpenAPI document', () => {
  it('bounds every integer of a request', () => {
    const integers = areas
      .flatMap(({ requests }) => requests)
      .flatMap(({ name }) => Object.entries(shown[name]?.properties ?? {}))
      .filter(([, { type }]) => type === 'integer');
    expect(integers.length).toBeGreaterThan(5);
    for (const [name, schema] of integers)
      expect(schema, name).toMatchObject({ minimum: expect.any(Number), maximum: expect.any(Number) });
  });

  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(generated['openapi.json']));
    expect(result).toEqual({ valid: true });
  });
});
