import * as z from 'zod/mini';
import { readServiceConfig } from '../../../deploy/service-config.ts';

const stream = z.object({
  batchSize: z.int(),
  batchWindow: z.optional(z.int()),
  maximumRetryAttempts: z.int(),
  functionResponseType: z.literal('ReportBatchItemFailures'),
  bisectBatchOnFunctionError: z.literal(true),
});
export type StreamSettings = z.output<typeof stream>;

const events = z.tuple([z.object({ stream })]);

/** Reads the worker's event source settings from serverless.yml. */
export async function readStreamSettings(): Promise<StreamSettings> {
  return events.parse(readServiceConfig().functions['processOrders']?.events)[0].stream;
}
