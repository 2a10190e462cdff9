import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const root = join(import.meta.dirname, '..');
const licencesFile = join(root, 'docs/licences.md');

/** Licences that allow closed products if the notices are kept. */
const acceptedLicences = '0BSD, Apache-2.0, BSD-2-Clause, BSD-3-Clause, BlueOak-1.0.0, ISC, MIT, MIT-0';

const locked = z.object({
  version: z.string(),
  license: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  os: z.array(z.string()).optional(),
  hasInstallScript: z.boolean().optional(),
});
const lockFile = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), z.unknown()) });
const manifest = z.object({ allowScripts: z.record(z.string(), z.boolean()) });

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(root, file), 'utf8'));
const packages = Object.entries(lockFile.parse(await readJson('package-lock.json')).packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({
    ...locked.parse(entry),
    name: path.slice(path.lastIndexOf('node_modules/') + 13),
  }));
const { allowScripts } = manifest.parse(await readJson('package.json'));
const shipped = packages.filter(({ dev }) => dev !== true);

const problems: string[] = [];
for (const { name, integrity, resolved, link, optional, os } of packages) {
  // npm records no hash for binaries of platforms that the registry lacked: docs/adr/0013-install-scripts.md.
  const isForOtherPlatform = optional === true && os !== undefined && integrity === undefined;
  if (!isForOtherPlatform && !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
    problems.push(`${name} has no SHA-512 hash in package-lock.json`);
  if (resolved !== undefined || link !== undefined) problems.push(`${name} does not come from the registry`);
}

const withScript = new Set(packages.filter((one) => one.hasInstallScript).map(({ name }) => name));
for (const name of withScript.difference(new Set(Object.keys(allowScripts))))
  problems.push(`${name} has an install script: allow or deny it in allowScripts of package.json`);
for (const name of new Set(Object.keys(allowScripts)).difference(withScript))
  problems.push(`${name} has no install script: remove it from allowScripts of package.json`);

for (const { name, license = 'none' } of shipped)
  if (!acceptedLicences.split(', ').includes(license)) problems.push(`${name} has the licence ${license}`);

const rows = shipped.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`);
const document = `# Licences

\`npm run licences\` writes this file from package-lock.json. It lists the packages that a deployment can contain. Their
notices are in their folders of \`node_modules\`. Packages that only build or test Sellout are not listed; among them,
DynamoDB Local has a licence of AWS. Accepted licences: ${acceptedLicences}.

| package | version | licence |
| --- | --- | --- |
${[...new Set(rows)].sort().join('\n')}
`;
if (process.argv.includes('--write')) await writeFile(licencesFile, document);
else if ((await readFile(licencesFile, 'utf8')) !== document)
  problems.push('docs/licences.md is out of date: run npm run licences');

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${packages.length} packages, ${shipped.length} shipped, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
