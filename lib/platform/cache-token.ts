import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';

/** The longest that ElastiCache accepts. */
const expiresIn = 900;

/**
 * Creates the password with which this function's IAM role signs in to ElastiCache Serverless. It is a signed URL that is never
 * requested. Sends nothing.
 *
 * @param name of the cache and of its user, which are the same
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
 */
export async function createCacheToken(name: string): Promise<string> {
  const { credentials, region, sha256 } = new DynamoDBClient().config;
  const signer = new SignatureV4({ service: 'elasticache', credentials, region, sha256 });
  const query = { Action: 'connect', User: name, ResourceType: 'ServerlessCache' };
  const request = { method: 'GET', protocol: 'https:', hostname: name, path: '/', headers: { host: name }, query };
  const signed = await signer.presign(request, { expiresIn });
  const parameters = Object.entries(signed.query ?? {}).map(([key, value]) => [key, String(value)] as const);
  return `${name}/?${new URLSearchParams(Object.fromEntries(parameters))}`;
}
