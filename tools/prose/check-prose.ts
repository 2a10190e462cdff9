import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { TextlintKernel } from '@textlint/kernel';
import markdown from '@textlint/textlint-plugin-markdown';
import text from '@textlint/textlint-plugin-text';
import prh from 'textlint-rule-prh';
import { hasProse, proseOf } from './prose-of.ts';

/** Checks the words of documents, comments and test names against words.yml. Ends with exit code 1 on a finding. */
const options = {
  plugins: [
    { pluginId: 'markdown', plugin: markdown.default },
    { pluginId: 'text', plugin: text.default },
  ],
  rules: [{ ruleId: 'prh', rule: prh.default, options: { rulePaths: [`${import.meta.dirname}/words.yml`] } }],
};

const listed = execFileSync('git', ['ls-files', '-z', '--', ':!tools/prose'], { encoding: 'utf8' });
const files = listed.split('\0').filter(hasProse);
if (files.length === 0) throw new Error('Found no file to check.');

const kernel = new TextlintKernel();
let findings = 0;
for (const file of files) {
  const ext = extname(file) === '.md' ? '.md' : '.txt';
  const prose = proseOf(file, await readFile(file, 'utf8'));
  const { messages } = await kernel.lintText(prose, { ...options, ext, filePath: file });
  for (const { line, column, message } of messages) process.stderr.write(`${file}:${line}:${column} ${message}\n`);
  findings += messages.length;
}
process.stdout.write(`${files.length} files, ${findings} findings\n`);
process.exitCode = findings > 0 ? 1 : 0;
