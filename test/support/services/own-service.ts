import { inject } from 'vitest';
import { startFakeSsm } from '../../../localstack/fake-ssm.ts';
import { newSecrets, parametersOf, type Secrets } from '../../../localstack/secrets.ts';
import { startService } from '../../../localstack/service.ts';
import { createTables, tablePrefix } from '../../../localstack/tables.ts';
import { type DatabaseLink, linkDatabase } from '../database/database-link.ts';
import { unlimited } from './environment.ts';

export interface OwnService {
  readonly url: string;
  readonly secrets: Secrets;
  readonly database: DatabaseLink;
  readonly ssmEndpoint: string;
  readonly tablePrefix: string;
  /** Every line that the service has written since it was ready. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** A service for one test file alone, whose database can be taken away. Its stage must be nobody else's. */
export async function startOwnService(
  stage: string,
  { params = {}, environment = {} }: Pick<Parameters<typeof startService>[0], 'params' | 'environment'> = {},
): Promise<OwnService> {
  const engine = inject('dynamodbEndpoint');
  const secrets = newSecrets();
  const prefix = await tablePrefix(stage);
  await createTables({ endpoint: engine, prefix });
  const lines: string[] = [];
  const parameters = await startFakeSsm(new Map(parametersOf(stage, secrets)));
  const database = await linkDatabase(engine);
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
