import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { FieldError } from '../errors.ts';
import { invalidRequest } from './invalid-request.ts';

z.config(en());

/** Parses a request by its schema. @throws {DomainError} `invalid_request` with the paths of the invalid fields */
export function validate<T extends z.ZodMiniType>(schema: T, raw: unknown): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues.flatMap(fieldErrors));
}

/** Drops the first segment of a path, which is the part of the request (body, params, …), unless it is the only one. */
function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const [part, ...path] = issue.path.map(String);
  const message = issue.message;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'Unknown field' }));
  }
  return [{ path: path.join('.') || (part ?? ''), message }];
}
