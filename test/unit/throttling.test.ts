import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const limit = z.string().check(z.regex(/^\$\{param:throttle_\w+, \d+\}$/));
const serviceFile = z.object({
  resources: z.object({
    extensions: z.object({
      HttpApiStage: z.object({
        Properties: z.object({
          DefaultRouteSettings: z.strictObject({ ThrottlingRateLimit: limit, ThrottlingBurstLimit: limit }),
        }),
      }),
    }),
  }),
});

it('API Gateway throttles every route', () => {
  const text = readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8');
  expect(() => serviceFile.parse(parse(text, { logLevel: 'error' }))).not.toThrow();
});
