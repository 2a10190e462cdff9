import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  ResourceNotFoundException,
  ThrottlingException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../../lib/errors.ts';
import { isServiceUnavailable } from '../../../lib/platform/aws-errors.ts';

const parts = { $metadata: {}, message: '' };
const named = (name: string) => Object.assign(new Error(name), { name });

describe('isServiceUnavailable', () => {
  it.each([
    ['throttling', new ThrottlingException(parts)],
    ['exceeded throughput', new ProvisionedThroughputExceededException(parts)],
    ['a transaction in progress', new TransactionInProgressException(parts)],
    ['a failure of the service', new InternalServerError(parts)],
    ['a timeout of the SDK', named('TimeoutError')],
    ['an unreachable host', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a reset connection', Object.assign(new Error('read'), { code: 'ECONNRESET' })],
    ['status 503', Object.assign(new Error('x'), { $metadata: { httpStatusCode: 503 } })],
  ])('is true for %s', (_, error) => {
    expect(isServiceUnavailable(error)).toBe(true);
  });

  it.each([
    ['a missing table', new ResourceNotFoundException(parts)],
    ['a failed condition', new ConditionalCheckFailedException(parts)],
    ['a DomainError', new DomainError('contention')],
    ['a bug', new TypeError('undefined is not a function')],
    ['status 400', Object.assign(new Error('x'), { $metadata: { httpStatusCode: 400 } })],
    ['a string', 'TimeoutError'],
    ['nothing', undefined],
  ])('is false for %s', (_, error) => {
    expect(isServiceUnavailable(error)).toBe(false);
  });
});
