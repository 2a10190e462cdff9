import { glob, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';

const root = join(import.meta.dirname, '../..');
const documents = ['*.md', 'docs/**/*.md', 'localstack/*.md', 'test/**/*.md'];

it('every link to a file in the documents resolves', async () => {
  const broken: string[] = [];
  let links = 0;
  for await (const document of glob(documents, { cwd: root })) {
    const text = await readFile(join(root, document), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      links += 1;
      const exists = await stat(join(root, dirname(document), target)).catch(() => undefined);
      if (exists === undefined) broken.push(`${document}: ${target}`);
    }
  }
  expect(broken).toEqual([]);
  expect(links).toBeGreaterThan(20);
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
