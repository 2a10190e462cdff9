import { latePackages } from './late-packages.ts';
import { plainSsmErrors } from './plain-ssm-errors.ts';

/** Of esbuild, for what is deployed. What they are for: docs/adr/0025-import-time.md. */
// biome-ignore lint/style/noDefaultExport: serverless-esbuild takes it so
export default [latePackages, plainSsmErrors];
