import { DomainError, type FieldError } from '../errors.ts';

/** More help nobody; a body of 64 KB can hold thousands of wrong fields, and its refusal would be six times as long. */
const maxErrors = 100;

/** The refusal of a request that names up to 100 things wrong with it. */
export const invalidRequest = (errors: readonly FieldError[]): DomainError =>
  new DomainError('invalid_request', { errors: errors.slice(0, maxErrors) });

/** Of a field or parameter that two readers could read differently. */
export const givenTwice = (path: string): FieldError => ({ path, message: 'given twice; give it once' });
