/** What goes over the wire: a status and JSON. */
export interface Reply {
  readonly status: number;
  readonly body: object;
}

/** Hands a reply over, to arrive after so many milliseconds. */
export type Answer = (reply: Reply, delayMs: number) => void;

export const ok = (body: object = {}): Reply => ({ status: 200, body });

const failure = (status: number, type: string, details: object = {}): Reply => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...details },
});

export const conditionFailed = (item: object | undefined): Reply =>
  failure(400, 'ConditionalCheckFailedException', item === undefined ? {} : { Item: item });
export const conflict = (): Reply => failure(400, 'TransactionConflictException');
export const throttled = (): Reply => failure(400, 'ProvisionedThroughputExceededException');
export const serverError = (): Reply => failure(500, 'InternalServerError');
export const invalid = (message: string): Reply => failure(400, 'ValidationException', { message });
export const tokenReused = (): Reply => failure(400, 'IdempotentParameterMismatchException');
export const inProgress = (): Reply => failure(400, 'TransactionInProgressException');

/** Why one action of a transaction stood in its way, if it did. */
export interface Reason {
  readonly Code:
    | 'None'
    | 'ConditionalCheckFailed'
    | 'TransactionConflict'
    | 'ThrottlingError'
    | 'ValidationError';
  readonly Item?: object;
}

export const cancelled = (reasons: readonly Reason[]): Reply =>
  failure(400, 'TransactionCanceledException', {
    message: `Transaction cancelled [${reasons.map(({ Code }) => Code).join(', ')}]`,
    CancellationReasons: reasons,
  });
