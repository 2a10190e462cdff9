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

describe('an outage', () => {
  it.each([
    ['throttling', new ThrottlingException(parts)],
    ['exceeded throughput', new ProvisionedThroughputExceededException(parts)],
    ['a transaction still under way', new TransactionInProgressException(parts)],
    ['a failure of the service', new InternalServerError(parts)],
    ['a time-out of the SDK', named('TimeoutError')],
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a cut connection', Object.assign(new Error('read'), { code: 'ECONNRESET' })],
    ['status 503', Object.assign(new Error('x'), { $metadata: { httpStatusCode: 503 } })],
  ])('is %s', (_, error) => {
    expect(isServiceUnavailable(error)).toBe(true);
  });

  it.each([
    ['a missing table', new ResourceNotFoundException(parts)],
    ['a failed condition', new ConditionalCheckFailedException(parts)],
    ['a refusal of our own', new DomainError('contention')],
    ['a programming error', new TypeError('undefined is not a function')],
    ['status 400', Object.assign(new Error('x'), { $metadata: { httpStatusCode: 400 } })],
    ['a string', 'TimeoutError'],
    ['nothing', undefined],
  ])('is not %s', (_, error) => {
    expect(isServiceUnavailable(error)).toBe(false);
  });
});
