import * as z from 'zod/mini';

/** `redis://` or, over TLS, `rediss://`. The client throws on a `%` that is not part of an escape. */
export const redisUrl = z
  .url({ protocol: /^rediss?$/ })
  .check(z.refine(isDecodable, { error: 'Contains a % that is not part of an escape' }));

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
