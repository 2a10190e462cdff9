import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  acceptedLicences,
  licencesDocument,
  licencesFile,
  locked,
  root,
  shipped,
} from '../support/packaging/packages.ts';

const text = (path: string) => readFile(join(root, path), 'utf8');
const versions = z.record(z.string(), z.string());
const manifest = z
  .object({
    dependencies: versions,
    devDependencies: versions,
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(JSON.parse(await text('package.json')));

describe('install scripts', () => {
  it('are those that package.json allows or denies by name, no more and no fewer', () => {
    const withScript = locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    expect([...new Set(withScript)].sort()).toEqual(Object.keys(manifest.allowScripts).sort());
  });

  it('have a reason each in their ADR', async () => {
    const adr = await text('docs/adr/0013-install-scripts.md');
    for (const name of Object.keys(manifest.allowScripts)) expect(adr).toContain(`\`${name}\``);
  });
});

describe('the lock file', () => {
  it('fixes the content of every package, and names no place to take one from but the registry', () => {
    expect(locked.length).toBeGreaterThan(100);
    for (const { path, integrity, resolved, link, optional, os } of locked) {
      // Binaries for platforms whose packages were out of reach when the lock file was written: ADR 13.
      if (!(optional === true && os !== undefined && integrity === undefined))
        expect(integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
      expect(resolved, path).toBeUndefined();
      expect(link, path).toBeUndefined();
    }
  });

  it('is what CI installs from', async () => {
    const ci = await text('.ci/run');
    expect(ci).toMatch(/^npm ci$/m);
    expect(ci).not.toMatch(/npm (i|install|add|update)\b/);
    expect(await text('.gitignore')).not.toContain('package-lock');
  });

  it('has the versions that package.json names exactly', () => {
    const named = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    for (const [name, version] of named) {
      const exact = /^(?:npm:.+@)?(\d+\.\d+\.\d+)$/.exec(version)?.[1];
      expect(exact, `${name} ${version}`).toBeDefined();
      expect(locked.find(({ path }) => path === `node_modules/${name}`)?.version, name).toBe(exact);
    }
  });

  it('has no package that phones home when it is installed', () => {
    // The registry's own empty package stands in its place.
    const scarf = locked.filter(({ name }) => name === '@scarf/scarf');
    expect(scarf.map(({ version, hasInstallScript }) => [version, hasInstallScript])).toEqual([
      ['1.0.0', undefined],
    ]);
  });
});

describe('the Python packages of Schemathesis', () => {
  it('are fixed in version and content', async () => {
    const packages = (await text('test/schemathesis/requirements.txt')).split(/\n(?=\S)/);
    expect(packages.length).toBeGreaterThan(10);
    for (const requirement of packages)
      expect(requirement).toMatch(/^[a-z0-9-]+==[\w.]+( ; [^\\]+)?( \\\n +--hash=sha256:[0-9a-f]{64})+\n?$/);
  });
});

describe('licences', () => {
  it('of everything that is deployed are known and accepted', () => {
    expect(shipped.length).toBeGreaterThan(30);
    const refused = shipped.filter(({ license }) => !acceptedLicences.has(license ?? ''));
    expect(refused.map(({ path, license }) => `${path}: ${license}`)).toEqual([]);
  });

  it('are those that the installed packages state', async () => {
    const stated = z.object({ version: z.string(), license: z.string() });
    for (const { path, version, license } of shipped) {
      expect(stated.parse(JSON.parse(await text(join(path, 'package.json')))), path).toEqual({
        version,
        license,
      });
    }
  });

  it('are listed, and the list is up to date', async () => {
    expect(await readFile(licencesFile, 'utf8'), 'run npm run licences').toBe(licencesDocument());
  });
});
