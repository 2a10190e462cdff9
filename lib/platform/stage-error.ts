/**
 * Why no stage of this name is known, and what to do; undefined for one that is. A stage is what has a section of
 * its own under `params` of serverless.yml.
 */
export function unknownStageMessage(
  stage: string,
  params: Readonly<Record<string, unknown>>,
): string | undefined {
  const stages = Object.keys(params).filter((section) => section !== 'default');
  return stages.includes(stage)
    ? undefined
    : `"${stage}" is no stage: take ${stages.join(', ')}, or give it a section under params`;
}
