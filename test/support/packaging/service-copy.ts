import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** Runs in a new folder with links to the code, because the framework writes next to serverless.yml. */
export async function inServiceCopy<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    await copyFile(join(root, 'serverless.yml'), join(folder, 'serverless.yml'));
    for (const name of [
      'functions',
      'lib',
      'deploy',
      'localstack',
      'docs',
      'node_modules',
      'package.json',
      'package-lock.json',
      '.npmrc',
      'tsconfig.json',
    ])
      await symlink(join(root, name), join(folder, name));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
