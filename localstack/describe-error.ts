/**
 * What a person needs to know of a program that could not be run or failed: its own first words, or the error's.
 *
 * @param missing what to say where there is no such program
 */
export function describeError(error: unknown, missing: string): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT') return missing;
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return (said || error.message).split('\n')[0] ?? '';
}
