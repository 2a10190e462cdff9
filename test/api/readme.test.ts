import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';

const run = promisify(execFile);
const readme = join(import.meta.dirname, '../../README.md');
const separator = '@@@';

/** Values that are others each time. */
const varying = /^(id|.*_id|access_token|.*_at)$/;

interface Block {
  readonly language: string;
  readonly text: string;
}

async function blocksOf(file: string): Promise<Block[]> {
  const content = await readFile(file, 'utf8');
  return [...content.matchAll(/^```(bash|json|text)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    language,
    text,
  }));
}

/** The same document with what varies taken out. */
const settled = (json: string): unknown =>
  JSON.parse(json, (key, value: unknown) => (varying.test(key) ? 'varies' : value));

describe('the README', () => {
  it('documents the answers that its commands, pasted one after the other, give', async () => {
    const blocks = await blocksOf(readme);
    const commands = blocks.filter(({ language }) => language === 'bash');
    const script = commands
      .map(({ text }) => text.replace('http://127.0.0.1:3000', inject('localUrl')))
      .join(`echo; echo ${separator}\n`);

    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { timeout: 50_000 });

    const outputs = stdout.split(separator);
    expect(outputs).toHaveLength(commands.length);
    const documented = blocks.flatMap((block, index) => {
      const answer = blocks[index + 1];
      if (block.language !== 'bash' || answer === undefined || answer.language === 'bash') return [];
      return [{ answer, output: (outputs[commands.indexOf(block)] ?? '').trim() }];
    });
    expect(documented.length).toBeGreaterThan(5);
    for (const { answer, output } of documented) {
      if (answer.language === 'json') expect(settled(output)).toEqual(settled(answer.text));
      else expect(output).toBe(answer.text.trim());
    }
  });
});
