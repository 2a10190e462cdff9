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
 * Faults that DynamoDB Local cannot produce. `timeout_after` executes the request and loses the response; all
 * others fail without sending it.
 */
export type Fault = 'conflict' | 'throttled' | 'server_error' | 'timeout_before' | 'timeout_after';

/** One attempt of the SDK to send a request. */
export interface Attempt {
  /** DynamoDB's name, such as `TransactWriteItems` or `GetItem`. */
  readonly operation: string;
  /** 1-based index of the request, counted per operation, and of the attempt within the request. */
  readonly call: number;
  readonly attempt: number;
  /** Number of transaction actions; 0 outside a transaction. */
  readonly actions: number;
}

const transaction = z.object({ TransactItems: z.array(z.unknown()) });

/**
 * Returns a client of the same database whose attempts fail with the fault that `choose` returns, below the
 * SDK's own retries. `attempts` records every attempt.
 */
export function withFaults(
  { config: { endpoint, region, credentials } }: DynamoDBDocumentClient,
  choose: (attempt: Attempt) => Fault | undefined = () => undefined,
) {
  if (endpoint === undefined) throw new Error('The client has no endpoint');
  const client = new DynamoDBClient({ endpoint, region, credentials });
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const attempts: Attempt[] = [];
  const calls = new Map<string, number>();
  const open = new WeakMap<object, { call: number; attempt: number }>();

  // Low priority runs inside the SDK's retries, which have high priority.
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
    /** Operations of the requests so far, without SDK retries. */
    calls: (): string[] => attempts.filter(({ attempt }) => attempt === 1).map(({ operation }) => operation),
  };
}

/** Chooses each fault at its rate, for every attempt that writes. */
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

/** Returns a deterministic generator of numbers in [0, 1) (mulberry32). */
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
      if (operation !== 'TransactWriteItems') return new TransactionConflictException({ $metadata, message: '' });
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
