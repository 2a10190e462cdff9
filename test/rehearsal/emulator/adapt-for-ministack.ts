import type { PackagedTemplate } from '../deployment/package-folder.ts';

/** MiniStack loads handlers from `.js` and `.mjs` files only. Lambda also loads the `.cjs` files of a release. */
export const ministackParams = { extension: '.js' };

/** Removes what MiniStack rejects: alarms with metric math. */
export function adaptForMiniStack(template: PackagedTemplate): PackagedTemplate {
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).filter(
      ([, { Type, Properties }]) => !(Type === 'AWS::CloudWatch::Alarm' && Properties?.['Metrics'] !== undefined),
    ),
  );
  return { ...template, Resources };
}
