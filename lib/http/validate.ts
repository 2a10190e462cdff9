import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { FieldError } from '../errors.ts';
import { invalidRequest } from './invalid-request.ts';

z.config(en());

/** @returns the parsed request; @throws {DomainError} `invalid_request` with the paths of the wrong fields */
export function validate<T extends z.ZodMiniType>(schema: T, raw: unknown): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues.flatMap(fieldErrors));
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
