import { DomainError, type FieldError } from '../errors.ts';
import type { RejectionReason, ShortLine } from './order.ts';

const messages = {
  limit_exceeded: ({ available }) => `The customer can buy ${available} more`,
  out_of_stock: ({ available }) => `Only ${available} left`,
  price_changed: () => 'The price has changed',
  product_unavailable: () => 'Not on sale',
} as const satisfies Record<RejectionReason, (line: ShortLine) => string>;

/** Turns a rejection into an error with one entry per line, or one for the total if no line is the reason. */
export function rejectionError(reason: RejectionReason, short: readonly ShortLine[]): DomainError {
  const lines = short.map(
    (line): FieldError => ({ path: `lines.${line.product_id}`, message: messages[reason](line), ...line }),
  );
  const total = { path: 'expected_total', message: 'The total does not match expected_total' };
  return new DomainError(reason, { errors: lines.length === 0 ? [total] : lines });
}

/** The error of a request that was not decided and wrote nothing. */
export const contentionError = (): DomainError => new DomainError('contention', { retryAfterSeconds: 1 });
