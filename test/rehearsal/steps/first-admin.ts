import { expect, it } from 'vitest';
import { runOps } from '../../support/services/run-ops.ts';
import type { Credentials } from './shop.ts';

/** The commands of an operator before and after the first deployment. */
export const makeSecrets = (stage: string) => ops(['make-secrets', '--stage', stage]);

export const makeFirstAdmin = (stage: string, api: string, { email, password }: Credentials) =>
  ops(['make-first-admin', '--stage', stage, '--api', api, '--email', email], `${password}\n`);

/** Runs `npm run ops` with the AWS settings of this process. */
async function ops(args: readonly string[], input = '') {
  const { code, stdout, stderr } = await runOps(args, process.env, input);
  return { code, output: stdout + stderr };
}

export function firstAdminSteps(stage: string, apiUrl: () => Promise<string>, admin: Credentials): void {
  it('npm run ops registers the first ADMIN, once', async () => {
    const api = await apiUrl();
    expect(await makeFirstAdmin(stage, api, admin)).toMatchObject({
      code: 0,
      output: expect.stringContaining(`Registered ${admin.email} as ADMIN`),
    });
    expect(await makeFirstAdmin(stage, api, { ...admin, email: 'second@example.com' })).toMatchObject({
      code: 1,
      output: expect.stringContaining('bootstrap-secret not found'),
    });
  });
}
