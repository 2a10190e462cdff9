import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';

const root = join(import.meta.dirname, '../..');
const text = (path: string) => readFile(join(root, path), 'utf8');

const step = z.object({ run: z.string().optional() });
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  jobs: z.record(
    z.string(),
    z.object({
      if: z.string().optional(),
      needs: z.string().optional(),
      environment: z.string().optional(),
      permissions: z.record(z.string(), z.string()),
      'timeout-minutes': z.int(),
      steps: z.array(step),
    }),
  ),
});
const ci = workflow.parse(parse(await text('.github/workflows/ci.yml')));
const deploy = workflow.parse(parse(await text('.github/workflows/deploy.yml')));
const commandsOf = ({ jobs }: z.infer<typeof workflow>, job: string): string[] =>
  (jobs[job]?.steps ?? []).flatMap(({ run = '' }) => run.split('\n')).filter((line) => line !== '');

// `npm run lint:workflows` checks pins, permissions, injection and credentials. These rules are of this project.
describe('ci.yml', () => {
  it('runs every npm command of .ci/run', async () => {
    const commands = Object.keys(ci.jobs).flatMap((job) => commandsOf(ci, job));
    const wanted = (await text('.ci/run')).split('\n').filter((line) => line.startsWith('npm '));
    expect(wanted.length).toBeGreaterThan(4);
    expect(wanted.filter((line) => !commands.some((command) => command.startsWith(line)))).toEqual([]);
  });
});

describe('deploy.yml', () => {
  it('runs only by hand, from main and in the environment of the stage', () => {
    expect(Object.keys(deploy.on)).toEqual(['workflow_dispatch']);
    for (const { if: condition, environment } of Object.values(deploy.jobs)) {
      expect(condition).toBe("github.ref == 'refs/heads/main'");
      expect(environment).toBe('$' + '{{ inputs.stage }}');
    }
  });

  it('gives the token for credentials only to the job that runs no install script, check or build', () => {
    const trusted = Object.entries(deploy.jobs).filter(([, { permissions }]) => 'id-token' in permissions);
    expect(trusted.map(([name, { needs }]) => [name, needs])).toEqual([['deploy', 'package']]);
    expect(commandsOf(deploy, 'deploy').filter((line) => /\bnp[mx] /.test(line))).toEqual([
      'npm ci --ignore-scripts',
      expect.stringMatching(/^npm run deploy -- .* --package \.serverless$/),
    ]);
  });

  it('checks the source before it builds the package that is deployed', () => {
    const names = commandsOf(deploy, 'package').map((line) => line.split(' -- ')[0]);
    expect(names).toEqual(['npm ci', 'npm run check', 'npm run package']);
  });
});
