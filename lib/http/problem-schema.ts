import * as z from 'zod/mini';
import { id } from '../platform/primitives.ts';

/** One thing wrong with the request. */
export const fieldProblem = z.object({
  path: z.string(),
  message: z.string(),
  product_id: z.optional(id),
  requested: z.optional(z.int()),
  available: z.optional(z.int()),
});

/** An error as clients see it. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.optional(z.string()),
  request_id: z.uuid(),
  errors: z.optional(z.readonly(z.array(fieldProblem))),
});
