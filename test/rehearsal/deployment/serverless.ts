import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inServiceCopy } from '../../support/packaging/service-copy.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../../node_modules/.bin/serverless');

type Params = Readonly<Record<string, string>>;

const paramArgs = (params: Params) =>
  Object.entries(params).flatMap(([name, value]) => ['--param', `${name}=${value}`]);

/** Writes the package of a stage to a folder, with all bundles, as `npm run package` does. */
export const packageStage = (stage: string, folder: string, params: Params): Promise<string> =>
  serverless(['package', '--stage', stage, ...paramArgs(params), '--package', folder]);

/** Deploys a package, as the deploy workflow does. @returns the output */
export const deployPackage = (stage: string, folder: string, params: Params): Promise<string> =>
  serverless(['deploy', '--stage', stage, ...paramArgs(params), '--package', folder]);

export const removeStage = (stage: string): Promise<string> => serverless(['remove', '--stage', stage]);

/** Runs the framework with the AWS settings of this process. @throws {Error} whose message includes the output */
async function serverless(args: readonly string[]): Promise<string> {
  return inServiceCopy(async (cwd) => {
    try {
      const env = { ...process.env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' };
      const { stdout, stderr } = await run(process.execPath, [program, ...args], { cwd, env, maxBuffer: 10_000_000 });
      return stdout + stderr;
    } catch (cause) {
      const { stdout = '', stderr = '' } = cause instanceof Error ? Object(cause) : {};
      throw new Error(`serverless ${args.join(' ')} failed:\n${stdout}${stderr}`.trim(), { cause });
    }
  });
}
