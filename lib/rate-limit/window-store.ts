import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { IRateLimiterStoreOptions } from 'rate-limiter-flexible';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import * as z from 'zod/mini';
import type { Documents } from '../platform/dynamodb.ts';
import { logger } from '../platform/logger.ts';

/** Longer than a new connection takes; then the limiter's insurance counts instead. */
const answerTimeoutMs = 500;

const attributes = z.object({ points: z.number() });

interface Counted {
  readonly points: number;
  readonly msBeforeNext: number;
}

/**
 * Counts in DynamoDB, in windows that start at multiples of their length: one unconditional write for a
 * request. The package's own DynamoDB store starts a window at its first request, for which it writes twice in
 * sequence, and one of the two fails.
 */
export class WindowStore extends RateLimiterStoreAbstract {
  readonly #documents: Documents;
  readonly #table: string;

  constructor(
    options: Omit<IRateLimiterStoreOptions, 'storeClient'> & { documents: Documents; table: string },
  ) {
    const { documents, table, ...rest } = options;
    super({ ...rest, storeClient: documents });
    this.#documents = documents;
    this.#table = table;
  }

  protected override async _upsert(key: string, points: number, durationMs: number): Promise<Counted> {
    const now = Date.now();
    const window = Math.floor(now / durationMs);
    const endMs = (window + 1) * durationMs;
    const command = new UpdateCommand({
      TableName: this.#table,
      Key: { key: `${key}:${window}` },
      UpdateExpression: 'ADD points :points SET expires_at = :end',
      ExpressionAttributeValues: { ':points': points, ':end': Math.ceil(endMs / 1_000) },
      ReturnValues: 'ALL_NEW',
    });
    try {
      const { Attributes } = await this.#documents.send(command, {
        abortSignal: AbortSignal.timeout(answerTimeoutMs),
      });
      return { points: attributes.parse(Attributes).points, msBeforeNext: endMs - now };
    } catch (error) {
      logger.warn('a rate limit is counted in memory', { error });
      throw error;
    }
  }

  protected override _getRateLimiterRes(_key: string, points: number, counted: Counted): RateLimiterRes {
    const remaining = Math.max(this.points - counted.points, 0);
    return new RateLimiterRes(remaining, counted.msBeforeNext, counted.points, counted.points === points);
  }
}
