import { setTimeout as delay } from 'node:timers/promises';
import { expect, inject, it } from 'vitest';
import { startService } from '../../../localstack/service.ts';
import { createTables, tablePrefix } from '../../../localstack/tables.ts';

it('a service that is killed ends without a message of esbuild', async () => {
  const endpoint = inject('dynamodbEndpoint');
  await createTables({ endpoint, prefix: await tablePrefix('killed') });
  const service = await startService({ stage: 'killed', dynamodbEndpoint: endpoint, ssmEndpoint: endpoint });
  process.kill(service.pid, 'SIGSTOP');
  // esbuild pings its parent every second. It ends with an error if it waits for a response and for builds to be disposed.
  await delay(1_500);
  process.kill(service.pid, 'SIGKILL');
  await service.exited;
  await service.stop();
  expect(service.output()).not.toContain('goroutine');
});
