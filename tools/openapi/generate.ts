import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { areas } from './areas.ts';
import { openapiDocument } from './document.ts';
import { orderEventsSchema } from './order-events.ts';
import { postmanCollection } from './postman/collection.ts';
import { methodsByPath } from './routes.ts';

const root = join(import.meta.dirname, '../..');
const packageFile = z.object({ version: z.string() });
const { version } = packageFile.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));

const openapi = openapiDocument(areas, version);

/** The generated files in docs/ by name. */
export const generated = {
  'openapi.json': openapi,
  'order-events.schema.json': orderEventsSchema,
  'postman_collection.json': postmanCollection(openapi),
  'routes.json': methodsByPath(areas.flatMap(({ contracts }) => contracts)),
};

if (import.meta.main) {
  for (const [name, content] of Object.entries(generated))
    await writeFile(join(root, 'docs', name), `${JSON.stringify(content, undefined, 2)}\n`);
}
