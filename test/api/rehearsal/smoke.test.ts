import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { createApiShop, signUp } from '../../support/api-driver/api-driver.ts';
import { createClient } from '../../support/api-driver/client.ts';
import { newAccount } from '../../support/api-driver/request-bodies.ts';
import { type IsolatedService, startIsolatedService } from '../../support/services/isolated-service.ts';

/** Of a failed run, too. */
const output = z.object({ stdout: z.string() });
const run = promisify(execFile);
const program = join(import.meta.dirname, '../../rehearsal/smoke.ts');

let service: IsolatedService;
beforeAll(async () => {
  service = await startIsolatedService('smoked');
});
afterAll(() => service?.stop());

describe('npm run smoke', () => {
  it('passes against a working stage and deletes its products', { timeout: 120_000 }, async () => {
    const { email, password } = newAccount();
    const anyone = createClient(service.url);
    const secret = { headers: { 'Bootstrap-Secret': service.secrets.bootstrapSecret } };
    const shop = createApiShop(anyone, await signUp(anyone, { role: 'ADMIN', email, password }, secret));

    const { stdout } = await run(process.execPath, [program, '--target', service.url], {
      env: { PATH: process.env['PATH'], ADMIN_EMAIL: email, ADMIN_PASSWORD: password },
    }).catch((error: unknown) => output.parse(error));

    expect(stdout).toMatch(/\n\d+ passed, 0 failed\n$/);
    expect(await shop.list()).toEqual([]);
  });
});
