import { glob, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

it('every link from one of our documents to a file leads somewhere', async () => {
  const broken: string[] = [];
  let links = 0;
  for await (const document of glob(['*.md', 'docs/**/*.md', 'localstack/*.md'], { cwd: root })) {
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
