import * as z from 'zod/mini';
import { redisUrl } from './redis.ts';
import { tableNames } from './table-names.ts';

export interface RateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** Written as `100/60`. */
const limit = z.pipe(
  z.string().check(z.regex(/^[1-9]\d{0,8}\/[1-9]\d{0,4}$/, { error: 'not requests/seconds' })),
  z.transform((text): RateLimit => {
    const [requests = 0, windowSeconds = 0] = text.split('/').map(Number);
    return { requests, windowSeconds };
  }),
);

const environment = z.object({
  STAGE: z.string().check(z.minLength(1)),
  TABLE_PREFIX: z.string().check(z.minLength(1)),
  PARAMETER_PREFIX: z.string().check(z.startsWith('/')),
  EVENT_BUS: z.string().check(z.minLength(1)),
  CURRENCY: z.string().check(z.regex(/^[A-Z]{3}$/)),
  CACHE_URL: z.union([z.literal(''), redisUrl]),
  LIMIT_AUTH_PER_ADDRESS: limit,
  LIMIT_AUTH_PER_ADDRESS_AND_EMAIL: limit,
  LIMIT_AUTH_PER_EMAIL: limit,
  LIMIT_GUESTS_PER_ADDRESS: limit,
  LIMIT_ORDERS_PER_ACCOUNT: limit,
});

/** The one place that reads the environment. A missing variable stops the function at its first start. */
function readConfig() {
  const env = environment.parse(process.env);
  return {
    stage: env.STAGE,
    /** ISO 4217; every price and total of this store is in its minor unit. */
    currency: env.CURRENCY,
    ...tableNames(env.TABLE_PREFIX),
    /** Where decided orders are told of. */
    eventBus: env.EVENT_BUS,
    /** Redis or Valkey, shared by all containers; without it each has its own memory. */
    cacheUrl: env.CACHE_URL === '' ? undefined : env.CACHE_URL,
    rateLimits: {
      'auth-per-address': env.LIMIT_AUTH_PER_ADDRESS,
      'auth-per-address-and-email': env.LIMIT_AUTH_PER_ADDRESS_AND_EMAIL,
      'auth-per-email': env.LIMIT_AUTH_PER_EMAIL,
      'guests-per-address': env.LIMIT_GUESTS_PER_ADDRESS,
      'orders-per-account': env.LIMIT_ORDERS_PER_ACCOUNT,
    },
    tokenIssuer: `sellout/${env.STAGE}`,
    tokenAudience: `sellout/${env.STAGE}/api`,
    tokenKeysParameter: `${env.PARAMETER_PREFIX}/token-keys`,
    bootstrapSecretParameter: `${env.PARAMETER_PREFIX}/bootstrap-secret`,
  };
}

export const config = readConfig();
