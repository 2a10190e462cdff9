import { describe, expect, it } from 'vitest';
import { DomainError, type ErrorCode } from '../../../lib/errors.ts';
import { problemResponse, problems } from '../../../lib/http/problem.ts';

const codes = Object.keys(problems).filter((code): code is ErrorCode => code in problems);

describe('a problem', () => {
  it.each(codes)('%s has a status, a title and its own type', (code) => {
    const reply = problemResponse(new DomainError(code), 'request-1');
    const body: unknown = JSON.parse(reply.body);
    expect(reply.statusCode).toBe(problems[code].status);
    expect(reply.headers['Content-Type']).toBe('application/problem+json');
    expect(reply.headers['Cache-Control']).toBe('no-store');
    expect(body).toMatchObject({
      type: `urn:problem-type:sellout:${code}`,
      status: reply.statusCode,
      code,
      title: expect.stringMatching(/\w/),
      request_id: 'request-1',
    });
  });

  it('never shows its cause', () => {
    const cause = new Error('table secret-table at 10.0.0.1');
    const { body } = problemResponse(new DomainError('internal', { cause }), 'request-1');
    expect(body).not.toContain('secret-table');
    expect(body).not.toContain('stack');
  });

  it('tells when to try again, and how to authenticate', () => {
    expect(
      problemResponse(new DomainError('contention', { retryAfterSeconds: 2 }), 'r').headers,
    ).toMatchObject({
      'Retry-After': '2',
    });
    expect(problemResponse(new DomainError('unauthenticated'), 'r').headers).toMatchObject({
      'WWW-Authenticate': 'Bearer',
    });
  });

  it('names each line that is short', () => {
    const line = { path: 'lines.1', message: 'only 1 left', product_id: '1', requested: 2, available: 1 };
    const { body } = problemResponse(new DomainError('out_of_stock', { errors: [line] }), 'r');
    expect(JSON.parse(body)).toMatchObject({ errors: [line] });
  });
});
