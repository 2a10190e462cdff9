import { DomainError, type ErrorCode, type FieldError } from '../../../lib/errors.ts';

/** What a client was told. `lost`: nothing, or an error that leaves open what happened. */
export type Answer<T> =
  | { readonly told: 'done'; readonly value: T }
  | { readonly told: 'refused'; readonly code: ErrorCode; readonly errors: readonly FieldError[] }
  | { readonly told: 'lost'; readonly why: string };

export interface Call<T> {
  readonly task: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly answer: Answer<T>;
}

/** Refusals after which the same request may succeed. */
const passing = new Set<ErrorCode>(['contention', 'unavailable']);

export const isFinal = ({ answer }: Call<unknown>): boolean =>
  answer.told === 'done' || (answer.told === 'refused' && !passing.has(answer.code));

export async function answerOf<T>(acting: Promise<T>): Promise<Answer<T>> {
  try {
    return { told: 'done', value: await acting };
  } catch (error) {
    if (error instanceof DomainError) {
      return { told: 'refused', code: error.code, errors: error.details.errors ?? [] };
    }
    return { told: 'lost', why: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}
