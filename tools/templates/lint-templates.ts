import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { readServiceConfig } from '../../deploy/service-config.ts';
import { installPythonProgram } from '../../localstack/python.ts';

const timeoutMs = 300_000;
const root = join(import.meta.dirname, '../..');
const inThisFolder = (name: string) => join(import.meta.dirname, name);

const template = z.looseObject({ Resources: z.record(z.string(), z.unknown()) });

/**
 * Checks the CloudFormation templates of all deployable stages with cfn-lint and checkov. Exits with a code other than 0 on any
 * finding that cfn-lint.yml and checkov.yml do not allow, and when the tools accept a template with two known faults.
 */
const stages = Object.keys(readServiceConfig().params).filter((stage) => !['default', 'local'].includes(stage));
const variants = [...stages.map((stage) => [stage]), ['prod', 'cache=on']];
const folder = await mkdtemp(join(tmpdir(), 'templates-'));
try {
  const tools = await installTools();
  const templates = variants.map(packageVariant);
  const [first = ''] = templates;
  const faulty = join(folder, 'faulty.json');
  await writeFile(faulty, JSON.stringify(withFaults(template.parse(JSON.parse(await readFile(first, 'utf8'))))));

  for (const { lint, fault } of tools) {
    const { status, stdout } = run(lint([faulty]), 'pipe');
    if (status === 0 || !stdout.includes(fault))
      throw new Error(`${fault} was not reported for a faulty template:\n${stdout}`);
  }
  const failed = tools.filter(({ lint }) => run(lint(templates), 'inherit').status !== 0);
  if (failed.length > 0) process.exitCode = 1;
  else process.stdout.write(`No findings in ${variants.map((variant) => variant.join(' ')).join(', ')}.\n`);
} finally {
  await rm(folder, { recursive: true });
}

/** Returns both tools, each with the rule that a faulty template breaks. */
async function installTools() {
  const requirements = inThisFolder('requirements.txt');
  const checkov = await installPythonProgram(requirements, 'checkov', AbortSignal.timeout(timeoutMs));
  const cfnLint = join(dirname(checkov), 'cfn-lint');
  return [
    {
      fault: 'E3002',
      lint: (files: string[]) => [cfnLint, '--config-file', inThisFolder('cfn-lint.yml'), '--', ...files],
    },
    {
      fault: 'CKV_AWS_20',
      lint: (files: string[]) => [checkov, '--config-file', inThisFolder('checkov.yml'), '--file', ...files],
    },
  ];
}

/** Adds a bucket that everyone can read (CKV_AWS_20), with a property that does not exist (E3002). */
function withFaults({ Resources, ...rest }: z.output<typeof template>): object {
  const Properties = { AccessControl: 'PublicRead', Public: true };
  return { ...rest, Resources: { ...Resources, FaultyBucket: { Type: 'AWS::S3::Bucket', Properties } } };
}

/** Returns the file of the template, which is the same as that of `npm run package`. Does not bundle node_modules. */
function packageVariant([stage = '', ...params]: string[]): string {
  const output = join(folder, [stage, ...params].join());
  const command = [join(root, 'node_modules/.bin/serverless'), 'package', '--stage', stage, '--package', output];
  const all = ['packages=external', 'format=esm', 'extension=.mjs', ...params].flatMap((param) => ['--param', param]);
  const { status, stderr } = run([...command, ...all], 'pipe');
  if (status !== 0) throw new Error(`Cannot package stage ${stage}:\n${stderr}`);
  return join(output, 'cloudformation-template-update-stack.json');
}

function run([program = '', ...args]: string[], stdio: 'inherit' | 'pipe') {
  const env = { ...process.env, ESBUILD_WORK_FOLDER: join(folder, '.esbuild') };
  const result = spawnSync(program, args, { cwd: root, env, stdio, encoding: 'utf8', timeout: timeoutMs });
  if (result.error !== undefined) throw result.error;
  return result;
}
