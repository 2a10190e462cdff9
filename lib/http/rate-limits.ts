import { systemClock } from '../platform/clock.ts';
import { config } from '../platform/config.ts';
import { createDocuments } from '../platform/dynamodb.ts';
import { createRateLimits } from '../rate-limit/rate-limits.ts';

/** The rate limits of this deployment. Without retries, an unavailable counter delays a request less. */
export const rateLimits = createRateLimits({
  documents: createDocuments({ maxAttempts: 1 }),
  clock: systemClock,
  ...config,
});
