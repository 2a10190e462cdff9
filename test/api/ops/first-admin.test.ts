import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient, expectResponse } from '../../support/api-driver/client.ts';
import { newAccount, newProduct } from '../../support/api-driver/request-bodies.ts';
import { productSchema, tokenSchema } from '../../support/api-driver/response-schemas.ts';
import { type IsolatedService, startIsolatedService } from '../../support/services/isolated-service.ts';
import { operator, runOps } from '../../support/services/run-ops.ts';

let service: IsolatedService;
beforeAll(async () => {
  service = await startIsolatedService('operated');
});
afterAll(() => service?.stop());

const makeFirstAdmin = (email: string, password: string) =>
  runOps(
    ['make-first-admin', '--stage', 'operated', '--api', service.url, '--email', email],
    { ...operator, AWS_ENDPOINT_URL_SSM: service.ssmEndpoint },
    `${password}\n`,
  );

describe('npm run ops -- make-first-admin', () => {
  it('prints the error of the API and keeps the secret', async () => {
    const { code, stderr } = await makeFirstAdmin(newAccount().email, 'short');
    expect(code).toBe(1);
    expect(stderr).toMatch(/422 invalid_request\n +password: /);
  });

  it('registers one ADMIN, who can create products, and deletes the secret', async () => {
    const { email, password } = newAccount();
    const { code, stdout, stderr } = await makeFirstAdmin(email, password);
    expect({ code, stdout }, stderr).toEqual({
      code: 0,
      stdout: `Registered ${email} as ADMIN.\nDeleted /sellout/operated/bootstrap-secret, which is used up.\n`,
    });
    expect(stdout + stderr).not.toContain(password);

    const anyone = createClient(service.url);
    const { access_token } = expectResponse(await anyone.post('/auth/login', { email, password }), 200, tokenSchema);
    expectResponse(await anyone.as(access_token).post('/product', newProduct()), 201, productSchema);

    expect(await makeFirstAdmin(newAccount().email, password)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Parameter /sellout/operated/bootstrap-secret not found'),
    });
  });
});
