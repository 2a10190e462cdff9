import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { logger } from '../platform/logger.ts';

/** Time to finish work in flight before Lambda stops the function. */
const reserveMs = 10_000;

/**
 * Creates a Lambda handler for a stream or a schedule. Logs an error once and rethrows it, so that Lambda redelivers the
 * batch.
 *
 * @param run gets a deadline in milliseconds since the epoch: no new work should start after it
 */
export function worker<Event>(name: string, run: (event: Event, deadline: number) => Promise<void>) {
  return middy<Event, void>()
    .onError(({ error, context }) => {
      logger.error(`${name} failed`, { request_id: context.awsRequestId, error });
      throw error;
    })
    .handler((event: Event, context: Context) =>
      run(event, Date.now() + context.getRemainingTimeInMillis() - reserveMs),
    );
}
