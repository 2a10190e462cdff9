import type { Plugin } from 'esbuild';

/** What few requests of few stores need: the client of Redis where there is one, addresses where they are counted. */
const late = /^(iovalkey|ipaddr\.js)$/;

/** By the path of the package: each of the functions is a build of its own. */
const bundled = new Map<string, Promise<string>>();

/**
 * Puts a package into a bundle as text, which is compiled when the package is first imported: V8 passes over a text
 * in a fraction of the time that it takes for code. The package stands alone, with copies of all that it
 * imports: this is for packages whose classes nobody else tests for.
 */
export const latePackages: Plugin = {
  name: 'late-packages',
  setup({ initialOptions, onResolve, onLoad, resolve, esbuild }) {
    onResolve({ filter: late }, async ({ path, pluginData, ...from }) => {
      if (pluginData === late) return undefined;
      const { path: file, external, errors } = await resolve(path, { ...from, pluginData: late });
      // As all packages are where nothing is deployed.
      return external ? { path, external } : { path: file, errors, namespace: 'late', pluginData: path };
    });

    async function textOf(entry: string): Promise<string> {
      const { outputFiles } = await esbuild.build({
        ...initialOptions,
        entryPoints: [entry],
        plugins: [],
        format: 'cjs',
        sourcemap: false,
        metafile: false,
        write: false,
      });
      return outputFiles.map(({ text }) => text).join('');
    }

    onLoad({ filter: /./, namespace: 'late' }, async ({ path, pluginData: name }) => {
      const text = bundled.get(path) ?? textOf(path);
      bundled.set(path, text);
      // Stack traces name the package.
      const filename = JSON.stringify(`${name}.cjs`);
      return {
        contents: `require('node:vm').compileFunction(${JSON.stringify(await text)},
          ['exports', 'require', 'module', '__filename', '__dirname'], { filename: ${filename} })(
          exports, require, module, ${filename}, '.');`,
      };
    });
  },
};
