import * as z from 'zod/mini';

const sdkError = z.object({
  name: z.string(),
  code: z.optional(z.string()),
  $metadata: z.optional(z.object({ httpStatusCode: z.optional(z.number()) })),
});

const throttlingNames = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** Names and codes that the SDK and Node.js use for a failed connection, a timeout or a service failure. */
const unavailableNames = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'NetworkingError',
  'TimeoutError',
  'InternalServerError',
  'ServiceUnavailable',
  'TransactionInProgressException',
  ...throttlingNames,
]);

/** Returns whether the service was unreachable, failed or throttled, as opposed to rejecting a faulty request. */
export function isServiceUnavailable(error: unknown): boolean {
  const parsed = sdkError.safeParse(error);
  if (!parsed.success) return false;
  const { name, code, $metadata } = parsed.data;
  return unavailableNames.has(name) || unavailableNames.has(code ?? '') || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** Returns whether DynamoDB throttled the request: the table, one partition or the account is over its capacity. */
export const isThrottled = (error: unknown): boolean => throttlingNames.has(sdkError.safeParse(error).data?.name ?? '');
