import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

export const root = join(import.meta.dirname, '../../..');
export const licencesFile = join(root, 'docs/licences.md');

const lockShape = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      os: z.array(z.string()).optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

/** A package that the lock file names. */
export interface LockedPackage extends z.infer<typeof lockShape.shape.packages.valueType> {
  /** Where it is installed, such as `node_modules/zod`. */
  readonly path: string;
  readonly name: string;
}

const lock = lockShape.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));

/** Every package that `npm ci` installs. */
export const locked: readonly LockedPackage[] = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({ ...entry, path, name: path.slice(path.lastIndexOf('node_modules/') + 13) }));

/** Bundled as assets of a function though nothing imports them. */
const servedAsFiles = new Set(['swagger-ui-dist']);

/** What ends up in the packages of the functions, or may. */
export const shipped = locked.filter(({ dev, name }) => dev !== true || servedAsFiles.has(name));

/** What may be in a product that is sold and whose source is not given away, if the notices are kept. */
export const acceptedLicences: ReadonlySet<string> = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'MIT-0'],
]);

/** docs/licences.md as it has to be. */
export function licencesDocument(): string {
  const rows = shipped.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`);
  return `# Licences

Made by \`npm run licences\` from package-lock.json; a test fails when it is out of date. These packages can be
part of what is deployed; their notices are in their own folders of \`node_modules\`. What only builds and tests
is not listed; of that DynamoDB Local has AWS's own licence. Accepted without asking:
${[...acceptedLicences].join(', ')}.

| package | version | licence |
| --- | --- | --- |
${[...new Set(rows)].sort().join('\n')}
`;
}
