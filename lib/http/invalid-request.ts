import { DomainError, type FieldError } from '../errors.ts';

/** A body of 64 KB can contain thousands of invalid fields, and the response would be six times as long. */
const maxErrors = 100;

/** Creates the error of an invalid request, with its first 100 problems. */
export const invalidRequest = (errors: readonly FieldError[]): DomainError =>
  new DomainError('invalid_request', { errors: errors.slice(0, maxErrors) });

/** The error of a repeated field or parameter, which two parsers could read differently. */
export const givenTwice = (path: string): FieldError => ({ path, message: 'Must not be repeated' });
