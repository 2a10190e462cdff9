import { DomainError, type FieldError } from '../errors.ts';
import type { RejectionReason, ShortLine } from './order.ts';

const messages = {
  limit_exceeded: ({ available }) => `this customer may buy ${available} more`,
  out_of_stock: ({ available }) => `only ${available} left`,
  price_changed: () => 'the price has changed',
  product_unavailable: () => 'not for sale',
} as const satisfies Record<RejectionReason, (line: ShortLine) => string>;

/** A rejection as an error that names each line. */
export function rejectionError(reason: RejectionReason, short: readonly ShortLine[]): DomainError {
  const errors = short.map(
    (line): FieldError => ({ path: `lines.${line.product_id}`, message: messages[reason](line), ...line }),
  );
  // Without a line to blame it is the total that is not as expected.
  const total = { path: 'expected_total', message: 'the total is another by now' };
  return new DomainError(reason, { errors: errors.length === 0 ? [total] : errors });
}

/** Nothing was decided, and nothing was written. */
export const contentionError = (): DomainError => new DomainError('contention', { retryAfterSeconds: 1 });
