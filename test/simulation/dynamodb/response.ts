/** An HTTP response: status and JSON. */
export interface Response {
  readonly status: number;
  readonly body: object;
}

/** Sends a response that arrives after the delay. */
export type Respond = (response: Response, delayMs: number) => void;

export const ok = (body: object = {}): Response => ({ status: 200, body });

const failure = (status: number, type: string, details: object = {}): Response => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...details },
});

export const conditionFailed = (item: object | undefined): Response =>
  failure(400, 'ConditionalCheckFailedException', item === undefined ? {} : { Item: item });
export const conflict = (): Response => failure(400, 'TransactionConflictException');
export const throttled = (): Response => failure(400, 'ProvisionedThroughputExceededException');
export const serverError = (): Response => failure(500, 'InternalServerError');
export const invalid = (message: string): Response => failure(400, 'ValidationException', { message });
export const tokenReused = (): Response => failure(400, 'IdempotentParameterMismatchException');
export const inProgress = (): Response => failure(400, 'TransactionInProgressException');

/** Why an action cancelled its transaction, if it did. */
export interface Reason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'TransactionConflict' | 'ThrottlingError' | 'ValidationError';
  readonly Item?: object;
}

export const cancelled = (reasons: readonly Reason[]): Response =>
  failure(400, 'TransactionCanceledException', {
    message: `Transaction cancelled [${reasons.map(({ Code }) => Code).join(', ')}]`,
    CancellationReasons: reasons,
  });
