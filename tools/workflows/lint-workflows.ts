import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installPythonProgram } from '../../localstack/python.ts';

const timeoutMs = 120_000;
const root = join(import.meta.dirname, '../..');

// Offline: the rules that ask GitHub need a token.
const args = ['--offline', '--pedantic', '--strict-collection', '--no-progress', '.github/workflows'];

/** Checks the GitHub workflows with zizmor. Exits with a code other than 0 on any finding. */
const requirements = join(import.meta.dirname, 'requirements.txt');
const zizmor = await installPythonProgram(requirements, 'zizmor', AbortSignal.timeout(timeoutMs));
const { status, error } = spawnSync(zizmor, args, { cwd: root, stdio: 'inherit', timeout: timeoutMs });
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
