import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { IRateLimiterStoreOptions } from 'rate-limiter-flexible';
import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import * as z from 'zod/mini';
import type { Clock } from '../platform/clock.ts';
import type { Documents } from '../platform/dynamodb.ts';

const attributes = z.object({ points: z.number() });

interface Counter {
  readonly points: number;
  readonly durationMs: number;
}

interface CounterStoreOptions extends Omit<IRateLimiterStoreOptions, 'storeClient'> {
  readonly documents: Documents;
  readonly table: string;
  readonly clock: Clock;
}

/**
 * Counts in DynamoDB up to the limit and no further, in one write per request. Keys must name their window.
 *
 * The package's own DynamoDB store has one item for all windows of a key, and needs two writes in sequence.
 */
export class CounterStore extends RateLimiterStoreAbstract {
  readonly #documents: Documents;
  readonly #table: string;
  readonly #clock: Clock;

  constructor({ documents, table, clock, ...options }: CounterStoreOptions) {
    super({ ...options, storeClient: documents });
    this.#documents = documents;
    this.#table = table;
    this.#clock = clock;
  }

  protected override async _upsert(key: string, points: number, durationMs: number): Promise<Counter> {
    const command = new UpdateCommand({
      TableName: this.#table,
      Key: { key },
      UpdateExpression: 'ADD points :points SET expires_at = :expires_at',
      ConditionExpression: 'attribute_not_exists(points) OR points <= :most',
      ExpressionAttributeValues: {
        ':points': points,
        ':most': this.points - points,
        ':expires_at': Math.ceil((this.#clock.now() + durationMs) / 1_000),
      },
      ReturnValues: 'ALL_NEW',
    });
    try {
      const { Attributes } = await this.#documents.send(command);
      return { points: attributes.parse(Attributes).points, durationMs };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { points: this.points + 1, durationMs };
    }
  }

  protected override async _get(key: string): Promise<Counter | null> {
    const command = new GetCommand({ TableName: this.#table, Key: { key }, ConsistentRead: true });
    const { Item } = await this.#documents.send(command);
    return Item === undefined ? null : { points: attributes.parse(Item).points, durationMs: 0 };
  }

  protected override _getRateLimiterRes(_key: string, added: number, counter: Counter): RateLimiterRes {
    const remaining = Math.max(this.points - counter.points, 0);
    return new RateLimiterRes(remaining, counter.durationMs, counter.points, counter.points === added);
  }
}
