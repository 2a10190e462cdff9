import { isServiceUnavailable } from '../../lib/platform/aws-errors.ts';

/** The most common AWS errors, by name because their classes come from many packages. */
const meanings: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'No AWS credentials found',
  TokenProviderError: 'No AWS credentials found',
  AccessDeniedException: 'Access denied: these AWS credentials lack the permission',
  ExpiredTokenException: 'Access denied: these AWS credentials have expired',
  InvalidSignatureException: 'Access denied: these AWS credentials are invalid',
  UnrecognizedClientException: 'Access denied: these AWS credentials are invalid',
  ResourceNotFoundException: 'Table not found. Check the stage and the region',
};

/** Describes an error for an operator. Returns undefined if the value is not an Error. */
export function describeAwsError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message === 'Region is missing') return 'No AWS region. Set AWS_REGION.';
  const meaning = meanings[error.name] ?? (isServiceUnavailable(error) ? 'AWS is unavailable' : undefined);
  return meaning === undefined ? error.message : `${meaning} (${error.message.split('\n')[0]})`;
}
