import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import * as z from 'zod';
import { readServiceConfig } from '../../deploy/service-config.ts';

const root = join(import.meta.dirname, '../..');

/** A variable of serverless.yml stands for what it is without parameters, as in a deployment. */
const setting = z.string().transform((text) => /^\$\{.*, '([^']*)'\}$/.exec(text)?.[1] ?? text);

/** Strict, so that an option which would be lost here stops the benchmark. The plugin's own do not reach esbuild. */
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
  plugins: z.string(),
  outputFileExtension: z.unknown(),
  packager: z.unknown(),
  outputWorkFolder: z.unknown(),
});

const { custom, functions } = readServiceConfig();
const {
  exclude,
  plugins,
  outputFileExtension: _,
  packager: __,
  outputWorkFolder: ___,
  ...options
} = esbuildOptions.parse(custom['esbuild']);
const { default: ours }: { default: Plugin[] } = await import(join(root, plugins));

/** Source files of the functions by their names in serverless.yml. */
export const functionFiles: ReadonlyMap<string, string> = new Map(
  Object.entries(functions).map(([name, { handler }]) => [
    name,
    join(root, handler.replace(/\.\w+$/, '.ts')),
  ]),
);

export const fileOf = (name: string): string => {
  const file = functionFiles.get(name);
  if (file === undefined) throw new Error(`serverless.yml has no function ${name}`);
  return file;
};

export interface Bundle {
  readonly text: string;
  /** Files that it was made of, by their paths from the root of the repository. */
  readonly files: readonly string[];
  /** What it takes from elsewhere as soon as it is loaded, such as `node:https`. */
  readonly required: readonly string[];
}

/** The bundle of a function, as a deployment has it. */
export const bundleOf = (name: string): Promise<Bundle> => bundled({ entryPoints: [fileOf(name)] }, exclude);

const text = (contents: string) => ({ stdin: { contents, resolveDir: root } });

const client = text(`import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
  export const client = new DynamoDBClient({});`);

/** Makes a client of DynamoDB and does nothing else; bundled without anybody's thoughts on what to leave out. */
export const clientAlone = (): Promise<Bundle> => bundled(client, []);

/** The same client, bundled as our functions are: what is between it and a function is ours. */
export const clientLikeOurs = (): Promise<Bundle> => bundled(client, exclude);

/** All of the package, as ADR 7 measured packages. */
export const packageAlone = (): Promise<Bundle> =>
  bundled(text(`export * from '@aws-sdk/client-dynamodb';`), []);

async function bundled(
  entry: Pick<Parameters<typeof build>[0], 'entryPoints' | 'stdin'>,
  external: string[],
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...options,
    ...entry,
    external,
    plugins: ours,
    absWorkingDir: root,
    write: false,
    metafile: true,
    outfile: 'bundle.cjs',
  });
  const [output] = Object.values(metafile.outputs);
  const [file] = outputFiles;
  if (output === undefined || file === undefined) throw new Error('esbuild made no bundle');
  return {
    text: file.text,
    files: Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [path] : [],
    ),
    required: output.imports.flatMap(({ path, kind }) => (kind === 'require-call' ? [path] : [])),
  };
}
