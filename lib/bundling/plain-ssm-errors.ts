import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const schemas = /client-ssm[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/;
const error = /^export var \w+\$ = \[-3, n0, [^;]*;\nn0_registry\.registerError\([^;]*;\n/gm;

/**
 * Leaves the classes of 140 errors out of the client of SSM, of which we use one operation: they are most of what it
 * takes to load. It throws an `SSMServiceException` then, whose `name` says which, as for any error that it does not
 * know.
 */
export const plainSsmErrors: Plugin = {
  name: 'plain-ssm-errors',
  setup({ onLoad }) {
    onLoad({ filter: schemas }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(error, ''),
    }));
  },
};
