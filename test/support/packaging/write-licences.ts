import { writeFile } from 'node:fs/promises';
import { licencesDocument, licencesFile } from './packages.ts';

await writeFile(licencesFile, licencesDocument());
