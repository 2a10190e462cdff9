import { randomBytes, randomUUID } from 'node:crypto';

/** A key for HS256 (32 bytes), as the parameter with the token keys holds it. */
export const newTokenKey = () => ({ kid: randomUUID(), k: randomBytes(32).toString('base64url') });

/** What makes the first ADMIN, once. */
export const newBootstrapSecret = (): string => randomBytes(24).toString('base64url');
