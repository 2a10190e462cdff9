import { GetCommand, PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import * as z from 'zod/mini';
import { newId } from '../../../lib/platform/ids.ts';
import { createApiShop, signUp } from '../../support/api-driver/api-driver.ts';
import { createClient } from '../../support/api-driver/client.ts';
import { awaitDecision, submit } from '../../support/api-driver/submitted-orders.ts';
import { connect } from '../../support/database/tables.ts';
import { type IsolatedService, startIsolatedService } from '../../support/services/isolated-service.ts';
import { until } from '../../support/services/processes.ts';
import { operator, runOps } from '../../support/services/run-ops.ts';

const stage = 'unreadable';
let service: IsolatedService;
beforeAll(async () => {
  service = await startIsolatedService(stage);
});
afterAll(() => service?.stop());

const logLine = z.object({
  message: z.string(),
  timestamp: z.string(),
  order_id: z.optional(z.string()),
  sequence_number: z.optional(z.string()),
});
/** Lines of the functions' logs with this code. */
const logged = (code: string) =>
  service.lines.flatMap((line) => {
    const { data } = logLine.safeParse(line.startsWith('{') ? JSON.parse(line) : undefined);
    return data?.message === code ? [data] : [];
  });

const letter = z.object({
  DDBStreamBatchInfo: z.object({
    startSequenceNumber: z.string(),
    endSequenceNumber: z.string(),
    batchSize: z.literal(1),
  }),
});
/** Messages that Lambda would send to the dead-letter queue. */
const deadLetters = () =>
  service.lines.flatMap((line) => {
    const [, message] = /Dead letter of processOrders: (\{.*\})/.exec(line) ?? [];
    return message === undefined ? [] : [letter.parse(JSON.parse(message)).DDBStreamBatchInfo];
  });

it('an unreadable order holds up none of its batch, ends as a dead letter, and is decided as the runbook says', async () => {
  const anyone = createClient(service.url);
  const admin = await signUp(
    anyone,
    { role: 'ADMIN' },
    { headers: { 'Bootstrap-Secret': service.secrets.bootstrapSecret } },
  );
  const shop = createApiShop(anyone, admin);
  const product = await shop.product({ stock: 10 });
  const guest = await shop.guest();
  const documents = connect(inject('dynamodbEndpoint'));
  const TableName = `${service.tablePrefix}-orders`;
  const sample = await awaitDecision(guest, (await submit(guest, product.id)).id);
  const { Item: stored } = await documents.send(new GetCommand({ TableName, Key: { id: sample.id } }));
  const { allocations: _, counted: __, decided_at: ___, ...fields } = stored ?? {};
  const pendingOrder = (overrides: object = {}) => ({
    ...fields,
    id: newId(),
    status: 'PENDING',
    pending: '0',
    ...overrides,
  });

  // One transaction, so that the records are in one batch. The sweep would decide only orders older than a minute.
  const [before, behind] = [pendingOrder(), pendingOrder()];
  const unreadable = pendingOrder({ lines: 'unreadable', created_at: new Date(Date.now() - 120_000).toISOString() });
  const put = (Item: object) => ({ Put: { TableName, Item } });
  await documents.send(new TransactWriteCommand({ TransactItems: [before, unreadable, behind].map(put) }));
  const decided = await Promise.all([before, behind].map(({ id }) => awaitDecision(guest, id)));
  expect(decided.map(({ status }) => status)).toEqual(['CONFIRMED', 'CONFIRMED']);

  await until(async () => deadLetters().length > 0);
  const [report] = logged('BATCH_PARTLY_FAILED');
  for (const { decided_at = '' } of decided)
    expect(Date.parse(decided_at)).toBeLessThan(Date.parse(report?.timestamp ?? ''));
  const [{ startSequenceNumber, endSequenceNumber } = { startSequenceNumber: '', endSequenceNumber: '' }] =
    deadLetters();
  expect(endSequenceNumber).toBe(startSequenceNumber);
  expect(logged('STREAM_RECORD_UNREADABLE')[0]).toMatchObject({
    order_id: unreadable.id,
    sequence_number: startSequenceNumber,
  });
  const later = await awaitDecision(guest, (await submit(guest, product.id)).id);
  expect(later.status).toBe('CONFIRMED');

  const decideOrders = () =>
    runOps(['decide-orders', '--stage', stage], {
      ...operator,
      AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodbEndpoint'),
    });
  expect(await decideOrders()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`${unreadable.id}: cannot be parsed by this release`),
  });
  await documents.send(new PutCommand({ TableName, Item: { ...unreadable, lines: fields['lines'] } }));
  expect(await decideOrders()).toMatchObject({ code: 0 });
  expect((await awaitDecision(guest, unreadable.id)).status).toBe('CONFIRMED');
  expect(deadLetters()).toHaveLength(1);
});
