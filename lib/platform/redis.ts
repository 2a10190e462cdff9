import type { Redis } from 'iovalkey';
import { createCacheToken } from './cache-token.ts';
import { logger } from './logger.ts';

export type { Redis };

/** Within an availability zone, Redis responds in less than a millisecond. */
const commandTimeoutMs = 100;
const connectTimeoutMs = 500;
const maxReconnectDelayMs = 2_000;

/**
 * Connects to Redis or Valkey for optional data and reconnects by itself. A command fails after 100 ms, and immediately
 * while the server is unavailable. Commands are never queued or sent twice.
 *
 * @param url as `redisUrl` allows it. A user without a password signs in with a token.
 * @param createToken creates the password of a user for one connection
 * @returns the connection, ready if the server responds
 */
export async function connectRedis(url: string, createToken = createCacheToken): Promise<Redis> {
  // Loading the client takes longer than most requests, and most deployments have no Redis.
  const { Redis: Client } = await import('iovalkey');
  const redis = new Client(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // An unresponsive server does not close its end either, and commands would be sent to it until then.
    disconnectTimeout: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, maxReconnectDelayMs),
  });
  reconnectAfterTimeout(redis);
  let isDown = false;
  // Without a listener, an error would end the process.
  redis.on('error', (error) => {
    // The arguments of a failed AUTH are the user and its token.
    Reflect.deleteProperty(error, 'command');
    if (!isDown) logger.warn('REDIS_UNAVAILABLE', { error });
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown) logger.info('REDIS_RECONNECTED');
    isDown = false;
  });
  const { username, password } = new URL(url);
  if (username !== '' && password === '') await signInWithTokens(redis, () => createToken(username));
  try {
    await redis.connect();
  } catch {
    // Logged by the listener. The client keeps reconnecting.
  }
  return redis;
}

/** Renews the token for each connection: ElastiCache closes connections after 12 hours, and tokens expire sooner. */
async function signInWithTokens(redis: Redis, createToken: () => Promise<string>): Promise<void> {
  const renew = async () => {
    // ElastiCache asks IAM before it responds.
    redis.options.commandTimeout = connectTimeoutMs;
    try {
      redis.options.password = await createToken();
    } catch (error) {
      redis.emit('error', error);
    }
  };
  redis.on('ready', () => {
    redis.options.commandTimeout = commandTimeoutMs;
  });
  // The client connects again at least 200 ms later.
  redis.on('close', renew);
  await renew();
}

/**
 * Reconnects when a command times out, so that later commands do not wait for the same unresponsive connection. The
 * client's own `socketTimeout` throws where the error cannot be caught (iovalkey 0.3 and 0.4).
 */
function reconnectAfterTimeout(redis: Redis): void {
  let isClosing = false;
  redis.on('close', () => {
    isClosing = false;
  });
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    const result = send(command, stream);
    command.promise.catch((error: Error) => {
      if (error.message !== 'Command timed out' || redis.status !== 'ready' || isClosing) return;
      // The status stays `ready` until the connection is closed, which fails all commands in flight.
      isClosing = true;
      redis.emit('error', error);
      redis.disconnect(true);
    });
    return result;
  };
}
