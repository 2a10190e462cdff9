import * as z from 'zod/mini';
import { id } from '../platform/primitives.ts';

/** One problem of an invalid request. */
export const fieldProblem = z.object({
  path: z.string(),
  message: z.string(),
  product_id: z.optional(id),
  requested: z.optional(z.int()),
  available: z.optional(z.int()),
});

/** The body of an error response (RFC 9457). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.optional(z.string()),
  request_id: z.uuid(),
  errors: z.optional(z.readonly(z.array(fieldProblem))),
});
