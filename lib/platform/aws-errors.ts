import * as z from 'zod/mini';

const serviceFailure = z.object({
  name: z.string(),
  code: z.optional(z.string()),
  $metadata: z.optional(z.object({ httpStatusCode: z.optional(z.number()) })),
});

const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** How the SDK and Node.js name a connection that failed, was cut or took too long. */
const networkFailures = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'NetworkingError',
  'TimeoutError',
  'InternalServerError',
  'ServiceUnavailable',
  'TransactionInProgressException',
  ...throttles,
]);

/** Whether an error of the SDK says that the service was out of reach or overloaded, not that we are wrong. */
export function isServiceUnavailable(error: unknown): boolean {
  const parsed = serviceFailure.safeParse(error);
  if (!parsed.success) return false;
  const { name, code, $metadata } = parsed.data;
  return (
    networkFailures.has(name) || networkFailures.has(code ?? '') || ($metadata?.httpStatusCode ?? 0) >= 500
  );
}

/** Whether DynamoDB says that a table, or one item of it, gets more requests than it takes. */
export const isThrottled = (error: unknown): boolean =>
  throttles.has(serviceFailure.safeParse(error).data?.name ?? '');
