import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { logger } from '../platform/logger.ts';

/** Time kept to finish what is under way before Lambda ends the function. */
const reserveMs = 10_000;

/**
 * A Lambda handler for a stream or a schedule. An error is logged once and thrown on, so that Lambda
 * delivers the batch again.
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
