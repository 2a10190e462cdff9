import type { TestProject } from 'vitest/node';
import { startDynamoDbLocal } from '../../../localstack/dynamodb-local.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string;
  }
}

/** Starts one DynamoDB Local for all test files. `freshTables` creates the tables of each file. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const database = await startDynamoDbLocal();
  project.provide('dynamodbEndpoint', database.endpoint);
  return database.stop;
}
