import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findJava } from '../../../localstack/java.ts';

describe('findJava', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'java-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** Creates a JAVA_HOME whose program prints this version. */
  async function fakeHome(name: string, version: string): Promise<string> {
    const program = join(directory, name, 'bin/java');
    await mkdir(join(program, '..'), { recursive: true });
    await writeFile(program, `#!/bin/sh\necho 'openjdk version "${version}" 2024-01-16' >&2\n`);
    await chmod(program, 0o755);
    return join(directory, name);
  }
  const noDownload = () => Promise.reject(new Error('getaddrinfo ENOTFOUND api.example'));

  it('prefers JAVA_HOME to PATH', async () => {
    const home = await fakeHome('home', '21.0.2');
    const other = await fakeHome('other', '17.0.1');
    const environment = { JAVA_HOME: home, PATH: join(other, 'bin') };
    expect(await findJava({ environment, fetchJava: noDownload })).toBe(join(home, 'bin/java'));
  });

  it('skips a JAVA_HOME that is too old', async () => {
    const home = await fakeHome('home', '1.8.0_402');
    const other = await fakeHome('other', '17.0.1');
    const environment = { JAVA_HOME: home, PATH: join(other, 'bin') };
    expect(await findJava({ environment, fetchJava: noDownload })).toBe('java');
  });

  it('downloads a runtime when none is installed', async () => {
    const fetched = join(await fakeHome('fetched', '17.0.1'), 'bin/java');
    const environment = { PATH: directory };
    expect(await findJava({ environment, fetchJava: async () => fetched })).toBe(fetched);
  });

  it('lists what it tried and what to install when there is no Java', async () => {
    const home = await fakeHome('home', '11.0.22');
    const environment = { JAVA_HOME: home, PATH: directory };
    await expect(findJava({ environment, fetchJava: noDownload })).rejects.toThrow(
      new RegExp(
        [
          `JAVA_HOME \\(${home}\\): Java 11 is too old`,
          'PATH: no Java program found',
          'download: getaddrinfo ENOTFOUND api\\.example',
          '.*',
          '.*openjdk-17-jre-headless',
        ].join('\\s+'),
      ),
    );
  });
});
