/**
 * Retries and timeouts for an SDK client. A call makes up to three attempts; each takes at most `requestTimeoutMs`.
 *
 * @param connectionTimeoutMs part of an attempt
 */
export const awsClientOptions = ({
  requestTimeoutMs,
  connectionTimeoutMs = 1_000,
}: {
  readonly requestTimeoutMs: number;
  readonly connectionTimeoutMs?: number;
}) => ({
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // By default the SDK only logs a warning and keeps waiting.
    throwOnRequestTimeout: true,
  },
});
