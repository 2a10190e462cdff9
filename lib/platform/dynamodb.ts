import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** DynamoDB answers within milliseconds; waiting longer than this only holds a shopper up. */
const connectionTimeoutMs = 1_000;
const requestTimeoutMs = 2_000;

/**
 * A document client whose calls end within about seven seconds: three attempts of at most two seconds. So a
 * function that waits for two of them in vain can still answer before its own time is up.
 * Only failures of the network or of the service are retried here. A cancelled transaction never is: that
 * is `lib/orders`' own decision.
 *
 * @param options another way to the database than HTTPS, which simulations have; fewer attempts, for what has
 *   another answer to a failure
 */
export function createDocuments(
  options: Pick<
    DynamoDBClientConfig,
    'maxAttempts' | 'requestHandler' | 'signer' | 'credentials' | 'region'
  > = {},
): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
    },
    ...options,
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

export type Documents = DynamoDBDocumentClient;
