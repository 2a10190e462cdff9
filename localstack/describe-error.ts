/**
 * Describes why a program failed: the first line of its output, or the error's message.
 *
 * @param missing the description when the program does not exist
 */
export function describeError(error: unknown, missing: string): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT') return missing;
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return (said || error.message).split('\n')[0] ?? '';
}
