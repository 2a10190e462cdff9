import type { Context } from 'aws-lambda';
import { logger } from '../platform/logger.ts';

/** Time kept to finish what is in flight before Lambda ends the function. */
const reserveMs = 10_000;

/**
 * Creates a Lambda handler for a stream or a schedule. It logs an error once and rethrows it, so that Lambda redelivers
 * the batch.
 */
export const worker =
  <Event, Result>(run: (event: Event, deadline: number) => Promise<Result>) =>
  (event: Event, context: Context): Promise<Result> =>
    logger.withContext(context, async () => {
      try {
        return await run(event, Date.now() + context.getRemainingTimeInMillis() - reserveMs);
      } catch (error) {
        logger.error('FUNCTION_FAILED', { error });
        throw error;
      }
    });
