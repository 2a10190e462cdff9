// The entry for serverless.yml: `${file(…)}` runs .js files, but not .ts.
import { alarms } from './alarms.ts';
import { dashboard } from './dashboard.ts';

export async function resources({ resolveVariable }) {
  const service = await resolveVariable('self:service');
  const stage = await resolveVariable('sls:stage');
  return { ...alarms(stage), ...dashboard(`${service}-${stage}`, stage) };
}
