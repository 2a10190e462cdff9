import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { problems } from '../../lib/http/problem.ts';

const run = promisify(execFile);
const separator = '@@@';
const read = (document: string) => readFile(join(import.meta.dirname, '../..', document), 'utf8');

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```(bash|json|text)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));

/** Runs bash blocks in one shell. They see a shop whose seller, products and customers are new. */
async function outputsOf(commands: readonly Block[]): Promise<string[]> {
  const script = commands
    .map(({ text }) =>
      text
        .replaceAll('http://127.0.0.1:3000', inject('localUrl'))
        .replaceAll('seller@example.com', `seller-${randomUUID()}@example.com`),
    )
    .join(`echo; echo ${separator}\n`);
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { timeout: 50_000 });
  return stdout.split(separator).map((output) => output.trim());
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The document without IDs and times, which differ from run to run. */
const withoutIdsAndTimes = (json: string): unknown =>
  JSON.parse(json, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(uuid, '<id>').replace(time, '<time>') : value,
  );

describe.each([
  { document: 'README.md', outputs: 1 },
  { document: 'docs/api.md', outputs: 8 },
])('the commands in $document', ({ document, outputs: expected }) => {
  it('print what the document shows', async () => {
    const blocks = blocksOf(await read(document));
    const commands = blocks.filter(({ language }) => language === 'bash');

    const outputs = await outputsOf(commands);

    expect(outputs).toHaveLength(commands.length);
    const shown = commands.flatMap((command, index) => {
      const next = blocks[blocks.indexOf(command) + 1];
      return next === undefined || next.language === 'bash' ? [] : [{ next, output: outputs[index] ?? '' }];
    });
    expect(shown).toHaveLength(expected);
    for (const { next, output } of shown) {
      if (next.language === 'json') expect(withoutIdsAndTimes(output)).toEqual(withoutIdsAndTimes(next.text));
      else expect(output).toBe(next.text.trim());
    }
  });
});

describe('the error table in docs/api.md', () => {
  it('lists every error code with its status', async () => {
    const rows = (await read('docs/api.md')).matchAll(/^\| (\d{3}) \| ((?:`[a-z_]+`(?:, )?)+) \|/gm);
    const listed = [...rows].flatMap(([, status, codes = '']) =>
      [...codes.matchAll(/`([a-z_]+)`/g)].map(([, code]) => `${code} ${status}`),
    );
    const codes = Object.entries(problems).map(([code, { status }]) => `${code} ${status}`);
    expect(listed.sort()).toEqual(codes.sort());
  });
});
