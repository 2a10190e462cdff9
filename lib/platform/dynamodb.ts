import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { awsClientOptions } from './aws-client-options.ts';

export type Documents = DynamoDBDocumentClient;

/**
 * Creates a DynamoDB document client. A call ends within about seven seconds, so a function can still respond after two
 * calls that time out. The client retries network and service failures; it does not retry a cancelled transaction.
 *
 * @param options for simulations, a transport other than HTTPS; fewer attempts where the caller has a fallback
 */
export function createDocuments(
  options: Pick<DynamoDBClientConfig, 'maxAttempts' | 'requestHandler' | 'signer' | 'credentials' | 'region'> = {},
): Documents {
  // DynamoDB normally responds within milliseconds.
  const client = new DynamoDBClient({ ...awsClientOptions({ requestTimeoutMs: 2_000 }), ...options });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
