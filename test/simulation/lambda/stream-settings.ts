import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import * as z from 'zod/mini';

const stream = z.object({
  batchSize: z.int(),
  batchWindow: z.optional(z.int()),
  maximumRetryAttempts: z.int(),
  bisectBatchOnFunctionError: z.literal(true),
});
export type StreamSettings = z.output<typeof stream>;

const file = z.object({
  functions: z.object({ processOrders: z.object({ events: z.tuple([z.object({ stream })]) }) }),
});

/** Reads the worker's event source settings from serverless.yml. */
export async function readStreamSettings(): Promise<StreamSettings> {
  const text = await readFile(join(import.meta.dirname, '../../../serverless.yml'), 'utf8');
  // The parser warns about CloudFormation tags; they do not matter here.
  const document: unknown = parseDocument(text, { logLevel: 'error' }).toJS();
  return file.parse(document).functions.processOrders.events[0].stream;
}
