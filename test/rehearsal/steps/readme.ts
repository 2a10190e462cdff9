import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parseJson } from '../../../lib/platform/json.ts';

const run = promisify(execFile);
const file = join(import.meta.dirname, '../../../README.md');

/** The account in the README's commands. As nobody else can register as ADMIN, it must exist. */
export const readmeAdmin = { email: 'seller@example.com', password: 'twelve twelve' };

export function readmeSteps(apiUrl: () => Promise<string>): void {
  it('the commands of the README lead to a confirmed order', async () => {
    const [, commands] = /^```bash\n(.*?)^```$/ms.exec(await readFile(file, 'utf8')) ?? [];
    const script = commands?.replace('http://127.0.0.1:3000', `'${await apiUrl()}'`);
    expect(script).not.toBe(commands);
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script ?? '']);
    expect(parseJson(stdout)).toMatchObject({ status: 'CONFIRMED', total: 9_980 });
  });
}
