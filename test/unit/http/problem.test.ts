import { describe, expect, it } from 'vitest';
import { DomainError, type ErrorCode } from '../../../lib/errors.ts';
import { problemResponse, problems } from '../../../lib/http/problem.ts';

const codes = Object.keys(problems).filter((code): code is ErrorCode => code in problems);

describe('problemResponse', () => {
  it.each(codes)('has status, title and type of %s', (code) => {
    const response = problemResponse(new DomainError(code), 'request-1');
    const body: unknown = JSON.parse(response.body);
    expect(response.statusCode).toBe(problems[code].status);
    expect(response.headers['Content-Type']).toBe('application/problem+json');
    expect(response.headers['Cache-Control']).toBe('no-store');
    expect(body).toMatchObject({
      type: `urn:problem-type:sellout:${code}`,
      status: response.statusCode,
      code,
      title: expect.stringMatching(/\w/),
      request_id: 'request-1',
    });
  });

  it('sets Retry-After and WWW-Authenticate', () => {
    expect(problemResponse(new DomainError('contention', { retryAfterSeconds: 2 }), 'r').headers).toMatchObject({
      'Retry-After': '2',
    });
    expect(problemResponse(new DomainError('unauthenticated'), 'r').headers).toMatchObject({
      'WWW-Authenticate': 'Bearer',
    });
  });

  it('contains the fields of each error', () => {
    const line = { path: 'lines.1', message: 'only 1 left', product_id: '1', requested: 2, available: 1 };
    const { body } = problemResponse(new DomainError('out_of_stock', { errors: [line] }), 'r');
    expect(JSON.parse(body)).toMatchObject({ errors: [line] });
  });
});
