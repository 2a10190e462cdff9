import { join } from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod';
import { readServiceConfig } from '../../deploy/service-config.ts';

const root = join(import.meta.dirname, '../..');

/** The value that a variable of serverless.yml has without parameters, as in a deployment. */
const setting = z.string().transform((text) => /^\$\{.*, '([^']*)'\}$/.exec(text)?.[1] ?? text);

/** Strict, so that an option that this file does not pass on stops the benchmark. The plugin's own do not reach esbuild. */
const esbuildOptions = z.strictObject({
  bundle: z.boolean(),
  packages: setting.pipe(z.enum(['bundle', 'external'])),
  format: setting.pipe(z.enum(['cjs', 'esm'])),
  minify: z.boolean(),
  sourcemap: z.boolean(),
  platform: z.literal('node'),
  target: z.string(),
  mainFields: z.array(z.string()),
  exclude: z.array(z.string()),
  external: z.unknown(),
  outputFileExtension: z.unknown(),
  skipRebuild: z.unknown(),
  outputWorkFolder: z.unknown(),
});

const { custom, functions } = readServiceConfig();
const unbundled = z.object({ bundle: z.array(z.string()) }).parse(custom['unbundled']).bundle;
const {
  exclude,
  external: _,
  outputFileExtension: __,
  skipRebuild: ___,
  outputWorkFolder: ____,
  ...options
} = esbuildOptions.parse(custom['esbuild']);
const notBundled = [...exclude, ...unbundled];

/** Source file of each function, by its name in serverless.yml. */
export const functionFiles: ReadonlyMap<string, string> = new Map(
  Object.entries(functions).map(([name, { handler }]) => [name, join(root, handler.replace(/\.\w+$/, '.ts'))]),
);

export const fileOf = (name: string): string => {
  const file = functionFiles.get(name);
  if (file === undefined) throw new Error(`serverless.yml has no function ${name}`);
  return file;
};

export interface Bundle {
  readonly text: string;
  /** Paths of its source files, relative to the root of the repository. */
  readonly files: readonly string[];
  /** Modules that it requires when it is loaded, such as `node:https`. */
  readonly required: readonly string[];
}

/** Builds the bundle of a function as for a deployment. */
export const bundleOf = (name: string): Promise<Bundle> => bundled({ entryPoints: [fileOf(name)] }, notBundled);

const text = (contents: string) => ({ stdin: { contents, resolveDir: root } });

const client = text(`import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
  export const client = new DynamoDBClient({});`);

/** Builds a bundle that creates a DynamoDB client and nothing else, with nothing excluded. */
export const clientAlone = (): Promise<Bundle> => bundled(client, []);

/** Builds the same bundle with the exclusions of our functions. */
export const clientLikeOurs = (): Promise<Bundle> => bundled(client, notBundled);

/** Builds a bundle of all that the package exports. */
export const packageAlone = (): Promise<Bundle> => bundled(text(`export * from '@aws-sdk/client-dynamodb';`), []);

async function bundled(
  entry: Pick<Parameters<typeof build>[0], 'entryPoints' | 'stdin'>,
  external: string[],
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...options,
    ...entry,
    external,
    absWorkingDir: root,
    write: false,
    metafile: true,
    outfile: 'bundle.cjs',
  });
  const [output] = Object.values(metafile.outputs);
  const [file] = outputFiles;
  if (output === undefined || file === undefined) throw new Error('esbuild built no bundle');
  return {
    text: file.text,
    files: Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
    required: output.imports.flatMap(({ path, kind }) => (kind === 'require-call' ? [path] : [])),
  };
}
