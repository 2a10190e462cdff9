import { cpus, totalmem } from 'node:os';
import { imports } from './imports.ts';

const parts = { imports };
for (const part of Object.values(parts)) process.stdout.write(`${await part()}\n\n`);
