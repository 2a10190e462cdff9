import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { editTemplate, type PackagedTemplate, parseTemplate } from './package-folder.ts';

/** The template of stage `prod` as the last release packaged it. docs/releasing.md says how each release renews it. */
const templateFile = join(import.meta.dirname, '../previous-release.json.gz');

const codeSchema = z.object({ S3Key: z.string() });

/** Replaces the template of a package with that of the previous release. Its functions run the code of the package. */
export async function usePreviousTemplate(folder: string): Promise<void> {
  const previous = parseTemplate(gunzipSync(await readFile(templateFile)).toString());
  await editTemplate(folder, (present, bucketFolder) => withCodeOf(previous, present, bucketFolder));
}

/** Points each function to its code in the package. A function that the package does not have gets that of another. */
export function withCodeOf(
  previous: PackagedTemplate,
  present: PackagedTemplate,
  bucketFolder: string,
): PackagedTemplate {
  const archives = new Set(Object.values(present.Resources).flatMap((resource) => archiveOf(resource) ?? []));
  const Resources = Object.fromEntries(
    Object.entries(previous.Resources).map(([name, resource]) => {
      const archive = archiveOf(resource);
      if (archive === undefined) return [name, resource];
      const key = archives.has(archive) ? archive : 'health.zip';
      const Code = { ...Object(resource.Properties?.['Code']), S3Key: `${bucketFolder}/${key}` };
      return [name, { ...resource, Properties: { ...resource.Properties, Code } }];
    }),
  );
  return { ...previous, Resources };
}

/** The name of a function's ZIP file; undefined for other resources. */
function archiveOf({ Type, Properties }: PackagedTemplate['Resources'][string]): string | undefined {
  return Type === 'AWS::Lambda::Function' ? basename(codeSchema.parse(Properties?.['Code']).S3Key) : undefined;
}
