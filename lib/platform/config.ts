import * as z from 'zod/mini';
import { redisUrl } from './redis-url.ts';
import { tableNames } from './table-names.ts';

export interface RateLimit {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** Requests per seconds, such as `100/60`. */
const limit = z.pipe(
  z.string().check(z.regex(/^[1-9]\d{0,8}\/[1-9]\d{0,4}$/, { error: 'Must be requests/seconds, such as 100/60' })),
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
  CURRENCY: z
    .string()
    .check(z.regex(/^[A-Z]{3}$/, { error: 'Must be a currency code in capitals (ISO 4217), such as EUR' })),
  CACHE_URL: z.union([z.literal(''), redisUrl]),
  LIMIT_AUTH_PER_ADDRESS: limit,
  LIMIT_AUTH_PER_ADDRESS_AND_EMAIL: limit,
  LIMIT_AUTH_PER_EMAIL: limit,
  LIMIT_GUESTS_PER_ADDRESS: limit,
  LIMIT_ORDERS_PER_ACCOUNT: limit,
});

/** Reads the environment; no other module does. A missing or malformed variable fails the cold start. */
function readConfig() {
  const env = environment.parse(process.env);
  return {
    stage: env.STAGE,
    /** ISO 4217. All prices and totals are in its minor unit. */
    currency: env.CURRENCY,
    ...tableNames(env.TABLE_PREFIX),
    /** Receives an event for each decided order. */
    eventBus: env.EVENT_BUS,
    /** Redis or Valkey, shared by all containers. Without it, each container caches in its own memory. */
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
