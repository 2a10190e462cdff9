import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.github/workflows');

const permissions = z.record(z.string(), z.enum(['read', 'write']));
const step = z.union([
  z.strictObject({ uses: z.string(), with: z.optional(z.record(z.string(), z.unknown())) }),
  z.strictObject({
    name: z.optional(z.string()),
    run: z.string(),
    env: z.optional(z.record(z.string(), z.string())),
  }),
]);
const workflow = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  jobs: z.record(
    z.string(),
    z.object({
      'runs-on': z.string(),
      'timeout-minutes': z.int(),
      permissions,
      environment: z.optional(z.string()),
      needs: z.optional(z.string()),
      steps: z.array(step),
    }),
  ),
});
const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))).scripts;

const files = await readdir(folder);
const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
/** Parsing it is the first test: every job has a time limit and says what it may do. */
const workflows = texts.map((text) => workflow.parse(parse(text)));
const jobs = workflows.flatMap(({ jobs }) => Object.entries(jobs).map(([name, job]) => ({ name, ...job })));
const commandsOf = (steps: readonly z.infer<typeof step>[]): string[] =>
  steps.flatMap((step) => ('run' in step ? [step.run] : []));
const commands = jobs.flatMap(({ steps }) => commandsOf(steps));

describe('workflows', () => {
  it('are one that checks, tests and packages, and one that deploys', () => {
    expect(workflows.map(({ name, jobs }) => [name, Object.keys(jobs)])).toEqual([
      ['ci', ['check', 'test', 'schemathesis', 'simulate', 'package']],
      ['deploy', ['package', 'deploy']],
    ]);
  });

  it('call npm scripts that exist', () => {
    const called = commands.flatMap((command) =>
      [...command.matchAll(/npm (?:run )?([a-z:]+)/g)]
        .map(([, name]) => name)
        .filter((name) => name !== 'ci'),
    );
    expect(called.length).toBeGreaterThan(5);
    for (const name of called) expect(scripts).toHaveProperty([name ?? '']);
  });

  it('run all that .ci/run runs', async () => {
    const lines = (await readFile(join(root, '.ci/run'), 'utf8')).split('\n');
    const wanted = lines.filter((line) => line.startsWith('npm '));
    expect(wanted.length).toBeGreaterThan(4);
    for (const line of wanted)
      expect(
        commands.some((command) => command.startsWith(line)),
        line,
      ).toBe(true);
  });

  it('take actions by commit, with the version beside it', () => {
    const uses = texts.flatMap((text) => [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action));
    expect(uses.length).toBeGreaterThan(8);
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('may write nothing, but for the token by which the deployment gets its credentials', () => {
    for (const { permissions } of workflows) expect(permissions).toEqual({ contents: 'read' });
    for (const { name, permissions } of jobs)
      expect(permissions).toEqual({ contents: 'read', ...(name === 'deploy' && { 'id-token': 'write' }) });
  });

  it('hold no secret and let no text from outside into a command', () => {
    for (const text of texts) expect(text).not.toMatch(/secrets\.|AWS_SECRET|AWS_ACCESS_KEY/);
    for (const command of commands) expect(command).not.toContain('${{');
  });

  it('deploy by hand only, from main, into an environment of the name of the stage', () => {
    const [deploy] = jobs.filter(({ name }) => name === 'deploy');
    const at = workflows.findIndex(({ jobs }) => 'deploy' in jobs);
    expect(Object.keys(workflows[at]?.on ?? {})).toEqual(['workflow_dispatch']);
    expect(deploy?.environment).toBe('$' + '{{ inputs.stage }}');
    expect(texts[at]).toContain("if: github.ref == 'refs/heads/main'");
  });

  it('let no install script, check or build ask for the credentials', () => {
    const trusted = jobs.filter(({ permissions }) => 'id-token' in permissions);
    expect(trusted.map(({ name, needs }) => ({ name, needs }))).toEqual([
      { name: 'deploy', needs: 'package' },
    ]);
    const npm = trusted
      .flatMap(({ steps }) => commandsOf(steps))
      .flatMap((command) => command.match(/\bnp[mx] .*/g) ?? []);
    expect(npm).toEqual([
      'npm ci --ignore-scripts',
      expect.stringMatching(/^npm run deploy -- .* --package \.serverless$/),
    ]);
  });

  it('deploy what the other job has checked and packaged', () => {
    const [building, deploying] = Object.values(workflows.find(({ name }) => name === 'deploy')?.jobs ?? {});
    expect(commandsOf(building?.steps ?? []).join('\n')).toMatch(/npm ci\n[\s\S]*check\n.*npm run package/);
    const artifact = { name: 'package', path: '.serverless' };
    const given = (job: typeof building, action: string) =>
      job?.steps.flatMap((step) => ('uses' in step && step.uses.includes(action) ? [step.with] : []));
    // Without it a folder whose name begins with a dot would not be taken along.
    const hidden = { 'include-hidden-files': true, 'if-no-files-found': 'error' };
    expect(given(building, 'upload-artifact')).toEqual([expect.objectContaining({ ...artifact, ...hidden })]);
    expect(given(deploying, 'download-artifact')).toEqual([artifact]);
  });
});
