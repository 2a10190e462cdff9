import { DomainError, type ErrorCode, type FieldError } from '../../../lib/errors.ts';

/** What a client received. `unknown`: no response, or an error that does not tell whether the request took effect. */
export type CallResult<T> =
  | { readonly status: 'succeeded'; readonly value: T }
  | { readonly status: 'rejected'; readonly code: ErrorCode; readonly errors: readonly FieldError[] }
  | { readonly status: 'unknown'; readonly reason: string };

export interface Call<T> {
  readonly task: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly result: CallResult<T>;
}

/** Error codes after which the same request may succeed. */
const retryable = new Set<ErrorCode>(['contention', 'unavailable']);

export const isFinal = ({ result }: Call<unknown>): boolean =>
  result.status === 'succeeded' || (result.status === 'rejected' && !retryable.has(result.code));

export async function resultOf<T>(call: Promise<T>): Promise<CallResult<T>> {
  try {
    return { status: 'succeeded', value: await call };
  } catch (error) {
    if (error instanceof DomainError) {
      return { status: 'rejected', code: error.code, errors: error.details.errors ?? [] };
    }
    return {
      status: 'unknown',
      reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}
