import { describe, expect, it } from 'vitest';
import { redisUrl } from '../../../lib/platform/redis-url.ts';

describe('redisUrl', () => {
  it.each(['redis://127.0.0.1:6379', 'rediss://user:p%25@cache.example:6380/1'])('accepts %s', (url) => {
    expect(redisUrl.safeParse(url).success).toBe(true);
  });

  it.each(['http://127.0.0.1', 'cache:6379', 'redis://user:p%@cache.example'])('rejects %s', (url) => {
    expect(redisUrl.safeParse(url).success).toBe(false);
  });
});
