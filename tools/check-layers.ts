import { cruise } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const layers = ['functions', 'lib', 'deploy', 'localstack', 'tools', 'test'];
/** The cruiser passes silently when it cannot parse TypeScript, so the check counts the modules it read. */
const ours = new RegExp(`^(${layers.join('|')})/.*\\.ts$`);

/** Exits with code 1 on a forbidden import, and when it could not read the modules. */
const options = await extractOptions('./.dependency-cruiser.mjs');
const { output } = await cruise(layers, options, {}, { tsConfig: extractTSConfig('./tsconfig.json') });
if (typeof output === 'string') throw new Error('dependency-cruiser reported text instead of modules');

const modules = output.modules.filter(({ source }) => ours.test(source));
const imports = modules.flatMap(({ source, dependencies }) =>
  dependencies.map((dependency) => ({ source, ...dependency })),
);
const problems = output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
for (const { source, module, couldNotResolve } of imports)
  if (couldNotResolve) problems.push(`could not resolve ${module} in ${source}`);
for (const layer of layers) {
  if (!modules.some(({ source }) => source.startsWith(`${layer}/`))) problems.push(`read no module of ${layer}`);
}
if (!imports.some(({ source, resolved }) => source.startsWith('functions/') && ours.test(resolved)))
  problems.push('saw no import of ours: TypeScript is not parsed');

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${modules.length} modules, ${imports.length} imports, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
