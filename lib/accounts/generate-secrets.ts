import { randomBytes, randomUUID } from 'node:crypto';

/** Generates a key for HS256 (32 bytes), as stored in the token keys parameter. */
export const newTokenKey = () => ({ kid: randomUUID(), k: randomBytes(32).toString('base64url') });

/** Generates the secret that registers the first ADMIN, once. */
export const newBootstrapSecret = (): string => randomBytes(24).toString('base64url');
