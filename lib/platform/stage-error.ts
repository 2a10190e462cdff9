/**
 * Returns an error message for an unknown stage, and undefined for a known one. A stage is known if it has a section
 * under `params` in serverless.yml.
 */
export function unknownStageMessage(stage: string, params: Readonly<Record<string, unknown>>): string | undefined {
  const stages = Object.keys(params).filter((section) => section !== 'default');
  return stages.includes(stage)
    ? undefined
    : `Unknown stage "${stage}". Use ${oneOf(stages)}, or add it under params in serverless.yml.`;
}

const oneOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
