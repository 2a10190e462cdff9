/** Types for single files of the package. Its index, which has types, loads the stores of all databases. */

declare module 'rate-limiter-flexible/lib/RateLimiterMemory.js' {
  export { RateLimiterMemory as default } from 'rate-limiter-flexible';
}

declare module 'rate-limiter-flexible/lib/RateLimiterRedis.js' {
  export { RateLimiterRedis as default } from 'rate-limiter-flexible';
}

declare module 'rate-limiter-flexible/lib/RateLimiterRes.js' {
  export { RateLimiterRes as default } from 'rate-limiter-flexible';
}

declare module 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js' {
  import { type IRateLimiterStoreOptions, RateLimiterAbstract, type RateLimiterRes } from 'rate-limiter-flexible';

  /** The methods that a custom store implements. */
  export default abstract class RateLimiterStoreAbstract extends RateLimiterAbstract {
    constructor(options: IRateLimiterStoreOptions);
    protected abstract _upsert(key: string, points: number, durationMs: number): Promise<unknown>;
    /** Null for a key without a counter. */
    protected abstract _get(key: string): Promise<unknown>;
    protected abstract _getRateLimiterRes(key: string, points: number, stored: unknown): RateLimiterRes;
  }
}
