import { adaptForMiniStack, ministackParams } from '../emulator/adapt-for-ministack.ts';
import { editTemplate } from './package-folder.ts';
import { packageStage } from './serverless.ts';

type Params = Readonly<Record<string, string>>;

/** Writes the package of a stage to a folder, as MiniStack accepts it. */
export async function packageAdapted(stage: string, folder: string, params: Params): Promise<void> {
  await packageStage(stage, folder, { ...params, ...ministackParams });
  await editTemplate(folder, adaptForMiniStack);
}
