/** The message of every log line, and what it means for an operator. docs/logging.md lists levels and remedies. */
export const logCodes = {
  BATCH_PARTLY_FAILED:
    'A stream function could not process some records of a batch; Lambda retries from the first of them.',
  CHECKSUMS_REPAIRED: 'The checksums of a product did not add up to 0 and were reset.',
  DATABASE_UNAVAILABLE: 'An AWS service failed, timed out or throttled; the client received 503 unavailable.',
  FUNCTION_FAILED: 'A stream or scheduled function threw an error.',
  ORDER_NOT_DECIDED: 'The sweep could not confirm or reject a PENDING order; the next run retries.',
  PENDING_ORDERS_SWEPT: 'The sweep decided orders that the stream worker had left PENDING.',
  PRODUCT_CHANGES_SWEPT: 'The sweep copied product changes to stock shards that their requests had not reached.',
  PRODUCT_CHANGE_NOT_PROPAGATED: 'The sweep could not copy a product change to all stock shards.',
  PRODUCT_READ_TORN: 'Every read of these products saw only part of a multi-shard write.',
  RATE_LIMIT_STORE_UNAVAILABLE: 'The shared counters failed; each container counts requests in its own memory.',
  REDIS_RECONNECTED: 'The connection to Redis is back.',
  REDIS_UNAVAILABLE: 'Redis failed or timed out; requests continue without it.',
  REQUEST_FAILED: 'A request failed because of a bug; the client received 500 internal.',
  STORED_ORDER_UNREADABLE: 'A stored order does not match the schema and is missing from a list.',
  STORED_PRODUCT_UNREADABLE: 'A stored product does not match the schema and was skipped.',
  STREAM_RECORD_UNREADABLE:
    'A record of the orders stream does not match the schema; it ends in the dead-letter queue of its function.',
} as const satisfies Readonly<Record<string, string>>;

export type LogCode = keyof typeof logCodes;
