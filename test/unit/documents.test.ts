import { glob, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { anchorsOf } from '../support/documents/anchors.ts';

const root = join(import.meta.dirname, '../..');
const documents = ['*.md', 'docs/**/*.md', 'localstack/*.md', 'test/**/*.md', '.github/*.md'];

it('every link to a file or a section in the documents resolves', async () => {
  const broken: string[] = [];
  const anchors = new Map<string, Set<string>>();
  let sections = 0;
  for await (const document of glob(documents, { cwd: root })) {
    const text = await readFile(join(root, document), 'utf8');
    for (const [, path = '', anchor] of text.matchAll(/\]\((?![a-z]+:)([^)\s#]*)(?:#([^)\s]*))?\)/g)) {
      const target = path === '' ? join(root, document) : join(root, dirname(document), path);
      const exists = await stat(target).catch(() => undefined);
      if (exists === undefined) broken.push(`${document}: ${path}`);
      if (exists?.isFile() !== true || anchor === undefined) continue;
      sections += 1;
      const known = anchors.get(target) ?? anchorsOf(await readFile(target, 'utf8'));
      anchors.set(target, known);
      if (!known.has(anchor)) broken.push(`${document}: ${path}#${anchor}`);
    }
  }
  expect(broken).toEqual([]);
  expect(sections).toBeGreaterThan(20);
});

it('every npm script in the documents exists', async () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const named = new Set<string>();
  for await (const document of glob(documents, { cwd: root })) {
    const text = await readFile(join(root, document), 'utf8');
    for (const [, name = ''] of text.matchAll(/npm run ([a-z:]+)/g)) named.add(name);
  }
  expect([...named].filter((name) => !(name in scripts))).toEqual([]);
  expect(named.size).toBeGreaterThan(8);
});
