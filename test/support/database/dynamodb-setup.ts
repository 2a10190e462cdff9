import type { TestProject } from 'vitest/node';
import { startDynamoDbLocal } from '../../../localstack/dynamodb-local.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamodbEndpoint: string;
  }
}

/** One engine for all test files; `freshTables` gives each its own tables in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await startDynamoDbLocal();
  project.provide('dynamodbEndpoint', engine.endpoint);
  return engine.stop;
}
