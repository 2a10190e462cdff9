import { isServiceUnavailable } from '../../lib/platform/aws-errors.ts';

/** What each failure of the AWS SDK that an operator meets first means. By name: they come from many packages. */
const meanings: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'no AWS credentials',
  TokenProviderError: 'no AWS credentials',
  AccessDeniedException: 'AWS refuses: these credentials lack the right',
  ExpiredTokenException: 'AWS refuses: these credentials have expired',
  InvalidSignatureException: 'AWS refuses: these credentials are wrong',
  UnrecognizedClientException: 'AWS refuses: these credentials are wrong',
  ResourceNotFoundException: 'there is no such table: wrong stage or region?',
};

/** A failure in an operator's words; undefined for what is no error. */
export function describeAwsError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message === 'Region is missing') return 'no AWS region: set AWS_REGION';
  const meaning = meanings[error.name] ?? (isServiceUnavailable(error) ? 'out of reach' : undefined);
  return meaning === undefined ? error.message : `${meaning} (${error.message.split('\n')[0]})`;
}
