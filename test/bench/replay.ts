import { setImmediate as nextTurn } from 'node:timers/promises';
import * as z from 'zod';
import { type Call, type HttpReply, tapWire } from './wire.ts';

const named = z.object({ TableName: z.string() });
const transaction = z.object({ TransactItems: z.array(z.record(z.string(), named)) });

/** Reads are the same each time; writes hold ids and times, so what they write to tells them apart. */
function kindOf({ operation, body }: Call): string {
  if (!/^(Put|Update|TransactWrite)/.test(operation)) return `${operation} ${body}`;
  const input: unknown = JSON.parse(body);
  const tables =
    operation === 'TransactWriteItems'
      ? transaction.parse(input).TransactItems.flatMap((action) => Object.values(action))
      : [named.parse(input)];
  return `${operation} ${tables.map(({ TableName }) => TableName).join(' ')}`;
}

interface Reply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Runs with a network that answers in the next turn of the event loop: with what the engine answered when the same was asked first. A write is
 * carried out that first time only.
 */
export async function replaying<T>(run: () => Promise<T>): Promise<T> {
  const replies = new Map<string, Reply>();
  const untap = tapWire(async (call, send) => {
    const kind = kindOf(call);
    const known = replies.get(kind) ?? (await read(await send()));
    replies.set(kind, known);
    // As from a socket: without it a request that waits for nothing else would never let Node.js do its chores.
    await nextTurn();
    return { response: { ...known } };
  });
  try {
    return await run();
  } finally {
    untap();
  }
}

async function read({ response }: HttpReply): Promise<Reply> {
  const { statusCode, headers, body } = response;
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes.parse(body)) chunks.push(chunk);
  return { statusCode, headers, body: Buffer.concat(chunks) };
}

const bytes = z.custom<AsyncIterable<Uint8Array>>(
  (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
);
