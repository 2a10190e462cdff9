import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import { createTables } from '../../../localstack/tables.ts';

/** Returns a document client for DynamoDB Local. */
export function connect(endpoint: string): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Creates every table of deploy/tables.yml, empty and with its own prefix. */
export async function freshTables() {
  const endpoint = inject('dynamodbEndpoint');
  const prefix = `sellout-test-${randomUUID().slice(-12)}`;
  await createTables({ endpoint, prefix });
  return {
    documents: connect(endpoint),
    prefix,
    tables: {
      accounts: `${prefix}-accounts`,
      products: `${prefix}-products`,
      stock: `${prefix}-stock`,
      carts: `${prefix}-carts`,
      orders: `${prefix}-orders`,
    },
  };
}
