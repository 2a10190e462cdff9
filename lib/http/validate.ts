import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { DomainError, type FieldError } from '../errors.ts';

z.config(en());

/** More help nobody; a body of 64 KB can hold thousands of wrong fields, and its refusal would be six times as long. */
const maxErrors = 100;

/** @returns the parsed request; @throws {DomainError} `invalid_request` with the paths of up to 100 wrong fields */
export function validate<T extends z.ZodMiniType>(schema: T, raw: unknown): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new DomainError('invalid_request', {
    errors: result.error.issues.flatMap(fieldErrors).slice(0, maxErrors),
  });
}

/** The first segment of an issue's path is the part of the request (body, params, …), which clients need not see. */
function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const [part, ...path] = issue.path.map(String);
  const message = issue.message;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
  }
  return [{ path: path.join('.') || (part ?? ''), message }];
}
