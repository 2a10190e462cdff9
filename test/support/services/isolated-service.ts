import { inject } from 'vitest';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { newSecrets, parametersOf, type Secrets } from '../../../localstack/secrets.ts';
import { startService } from '../../../localstack/service.ts';
import { createTables, tablePrefix } from '../../../localstack/tables.ts';
import { type DatabaseLink, linkDatabase } from '../database/database-link.ts';
import { unlimited } from './environment.ts';

export interface IsolatedService {
  readonly url: string;
  readonly secrets: Secrets;
  readonly database: DatabaseLink;
  readonly ssmEndpoint: string;
  readonly tablePrefix: string;
  /** Every line of output since the service was ready. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts a service for one test file, with a database link that tests can break. No other file may use its
 * stage.
 */
export async function startIsolatedService(
  stage: string,
  { params = {}, environment = {} }: Pick<Parameters<typeof startService>[0], 'params' | 'environment'> = {},
): Promise<IsolatedService> {
  const dynamodbEndpoint = inject('dynamodbEndpoint');
  const secrets = newSecrets();
  const prefix = await tablePrefix(stage);
  await createTables({ endpoint: dynamodbEndpoint, prefix });
  const lines: string[] = [];
  const parameters = await startFakeSsm(new Map(parametersOf(stage, secrets)));
  const database = await linkDatabase(dynamodbEndpoint);
  const stopParts = async () => {
    await Promise.all([parameters.stop(), database.stop()]);
  };
  try {
    const service = await startService({
      stage,
      params: { ...unlimited, ...params },
      environment,
      dynamodbEndpoint: database.endpoint,
      ssmEndpoint: parameters.endpoint,
      onLine: (line) => lines.push(line),
    });
    const stop = async () => {
      await service.stop();
      await stopParts();
    };
    const ssmEndpoint = parameters.endpoint;
    return { url: service.url, secrets, database, ssmEndpoint, tablePrefix: prefix, lines, stop };
  } catch (error) {
    await stopParts();
    throw error;
  }
}
