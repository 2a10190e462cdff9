import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const templateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});
export type PackagedTemplate = z.output<typeof templateSchema>;

/** What `serverless deploy --package` reads. It takes the template from here, not from the template's own file. */
const stateSchema = z.looseObject({
  service: z.looseObject({ provider: z.looseObject({ compiledCloudFormationTemplate: templateSchema }) }),
  package: z.looseObject({ artifactDirectoryName: z.string() }),
});

/** Replaces the template in the folder of a package. @param edit also receives the package's folder in the bucket */
export async function editTemplate(
  folder: string,
  edit: (template: PackagedTemplate, bucketFolder: string) => PackagedTemplate,
): Promise<void> {
  const file = join(folder, 'serverless-state.json');
  const state = stateSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  const { provider } = state.service;
  provider.compiledCloudFormationTemplate = edit(
    provider.compiledCloudFormationTemplate,
    state.package.artifactDirectoryName,
  );
  await writeFile(file, JSON.stringify(state));
}

export const parseTemplate = (text: string): PackagedTemplate => templateSchema.parse(JSON.parse(text));
