import {
  DynamoDBClient,
  InternalServerError,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';

/**
 * What DynamoDB Local cannot be made to do. All but `timeout_after` leave the request unsent; that one
 * carries it out and loses the reply.
 */
export type Fault = 'conflict' | 'throttled' | 'server_error' | 'timeout_before' | 'timeout_after';

/** One attempt of the SDK to have one request carried out. */
export interface Attempt {
  /** As DynamoDB calls it: `TransactWriteItems`, `GetItem`. */
  readonly operation: string;
  /** The how-manieth request of this operation it belongs to, and the how-manieth attempt it is; from 1. */
  readonly call: number;
  readonly attempt: number;
  /** Actions in a transaction, otherwise 0. */
  readonly actions: number;
}

const transaction = z.object({ TransactItems: z.array(z.unknown()) });

/**
 * A client of the same database whose attempts fail where `choose` says so, below the SDK's own retries.
 * `attempts` lists all that were made.
 */
export function withFaults(
  { config: { endpoint, region, credentials } }: DynamoDBDocumentClient,
  choose: (attempt: Attempt) => Fault | undefined = () => undefined,
) {
  if (endpoint === undefined) throw new Error('the client has no endpoint of its own');
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const attempts: Attempt[] = [];
  const calls = new Map<string, number>();
  const open = new WeakMap<object, { call: number; attempt: number }>();

  // Low priority in this step puts it inside the retries, which have high priority.
  documents.middlewareStack.add(
    (next, context) => async (args) => {
      const operation = String(context['commandName']).replace(/Command$/, '');
      const known = open.get(context);
      const call = known?.call ?? (calls.get(operation) ?? 0) + 1;
      const counted = { call, attempt: (known?.attempt ?? 0) + 1 };
      open.set(context, counted);
      calls.set(operation, Math.max(call, calls.get(operation) ?? 0));
      const actions = transaction.safeParse(args.input).data?.TransactItems.length ?? 0;
      const attempt = { operation, ...counted, actions };
      attempts.push(attempt);
      const fault = choose(attempt);
      if (fault === 'timeout_after') await next(args);
      if (fault !== undefined) throw errorOf(fault, attempt);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'faults' },
  );
  return {
    documents,
    attempts,
    /** Requests made so far, an SDK retry not counted. */
    calls: (): string[] => attempts.filter(({ attempt }) => attempt === 1).map(({ operation }) => operation),
  };
}

/** Each fault at its rate, over all attempts that write. */
export function atRates(seed: number, rates: Partial<Record<Fault, number>>) {
  const random = seeded(seed);
  return ({ operation }: Attempt): Fault | undefined => {
    if (!/Transact|Update|Put/.test(operation)) return undefined;
    let roll = random();
    for (const fault of faults) {
      roll -= rates[fault] ?? 0;
      if (roll < 0) return fault;
    }
    return undefined;
  };
}

const faults = ['conflict', 'throttled', 'server_error', 'timeout_before', 'timeout_after'] as const;

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function errorOf(fault: Fault, { operation, actions }: Attempt): Error {
  const $metadata = { httpStatusCode: 400 };
  switch (fault) {
    case 'conflict':
      if (operation !== 'TransactWriteItems')
        return new TransactionConflictException({ $metadata, message: '' });
      return new TransactionCanceledException({
        $metadata,
        message: 'Transaction cancelled',
        CancellationReasons: Array.from({ length: actions }, (_, index) => ({
          Code: index === actions - 1 ? 'TransactionConflict' : 'None',
        })),
      });
    case 'throttled':
      return new ThrottlingException({ $metadata, message: '' });
    case 'server_error':
      return new InternalServerError({ $metadata: { httpStatusCode: 500 }, message: '' });
    case 'timeout_before':
    case 'timeout_after':
      return Object.assign(new Error(fault), { name: 'TimeoutError' });
  }
}
