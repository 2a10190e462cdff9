import type { Redis } from 'iovalkey';
import * as z from 'zod/mini';
import { logger } from './logger.ts';

export type { Redis };

/** `redis://` or, over TLS, `rediss://`. The client throws at a percent sign that encodes nothing. */
export const redisUrl = z
  .url({ protocol: /^rediss?$/ })
  .check(z.refine(isDecodable, { error: 'holds a % that encodes nothing' }));

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** In one availability zone an answer takes less than a millisecond; waiting longer only holds a shopper up. */
const commandTimeoutMs = 100;
const connectTimeoutMs = 500;
const maxReconnectDelayMs = 2_000;

/**
 * One connection to Redis or Valkey, ready if the server answers, for what a store can do without: a command
 * fails within a tenth of a second, and at once while the server is away or silent; nothing is queued or sent
 * twice. The connection comes back by itself.
 *
 * @param url as `redisUrl` allows it
 */
export async function connectRedis(url: string): Promise<Redis> {
  // Loading the client takes longer than most requests, and most stores have no Redis.
  const { Redis: Client } = await import('iovalkey');
  const redis = new Client(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A silent server does not close its end either, and until then commands are still sent to it.
    disconnectTimeout: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, maxReconnectDelayMs),
  });
  dropWhenSilent(redis);
  let isDown = false;
  // Without a listener an error would end the process; one line says when it goes and one when it is back.
  redis.on('error', (error) => {
    if (!isDown) logger.warn('REDIS_UNAVAILABLE', { error });
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown) logger.info('REDIS_RECONNECTED');
    isDown = false;
  });
  try {
    await redis.connect();
  } catch {
    // Told by the listener; the connection keeps trying.
  }
  return redis;
}

/**
 * Takes a new connection when a command was not answered in time, so that no other waits for the same silence.
 * The client's own `socketTimeout` for this throws where nothing can catch it (iovalkey 0.3 and 0.4).
 */
function dropWhenSilent(redis: Redis): void {
  let dropping = false;
  redis.on('close', () => {
    dropping = false;
  });
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    const reply = send(command, stream);
    command.promise.catch((error: Error) => {
      if (error.message !== 'Command timed out' || redis.status !== 'ready' || dropping) return;
      // The status stays as it is until the connection is closed, and all that was sent ends at once.
      dropping = true;
      redis.emit('error', error);
      redis.disconnect(true);
    });
    return reply;
  };
}
