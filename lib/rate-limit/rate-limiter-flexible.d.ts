/** The package's index loads the stores of every database; these are its single files, which it has no types for. */

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
  import {
    type IRateLimiterStoreOptions,
    RateLimiterAbstract,
    type RateLimiterRes,
  } from 'rate-limiter-flexible';

  /** What the package asks a store to implement. */
  export default abstract class RateLimiterStoreAbstract extends RateLimiterAbstract {
    constructor(options: IRateLimiterStoreOptions);
    protected abstract _upsert(key: string, points: number, durationMs: number): Promise<unknown>;
    /** Null for a key that nothing was counted of. */
    protected abstract _get(key: string): Promise<unknown>;
    protected abstract _getRateLimiterRes(key: string, points: number, stored: unknown): RateLimiterRes;
  }
}
