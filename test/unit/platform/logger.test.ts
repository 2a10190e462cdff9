import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { contract } from '../../../lib/http/contract.ts';
import { type LogCode, logCodes } from '../../../lib/platform/log-codes.ts';
import { contextOf, eventOf } from '../../support/fixtures/domain-builders.ts';

// Powertools reads these when it is loaded and when the Logger is created: in this mode it writes to `console`.
process.env['POWERTOOLS_DEV'] = 'true';
process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] = 'on-demand';

const lineOf = z.object({
  message: z.string(),
  function_request_id: z.optional(z.string()),
  cold_start: z.optional(z.boolean()),
});

const lines: z.infer<typeof lineOf>[] = [];
let logger: typeof import('../../../lib/platform/logger.ts').logger;

beforeEach(async () => {
  for (const level of ['error', 'warn', 'info'] as const)
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(lineOf.parse(JSON.parse(line))));
  vi.resetModules();
  ({ logger } = await import('../../../lib/platform/logger.ts'));
});
afterEach(() => {
  vi.restoreAllMocks();
  lines.length = 0;
});

const contextWith = (awsRequestId: string): Context => ({ ...contextOf(), awsRequestId });
const log = async (code: LogCode = 'REDIS_UNAVAILABLE') => logger.warn(code, {});

describe('httpHandler', () => {
  const thing = contract({
    operation: 'thing',
    summary: 'A thing',
    routes: ['POST /thing'],
    access: 'anyone',
    request: {},
    response: { status: 204 },
    errors: [],
  });

  it('adds the request id to each line that concurrent requests log', async () => {
    const { publicEndpoint } = await import('../../../lib/http/public-endpoint.ts');
    let resume = () => {};
    const resumed = new Promise<void>((resolve) => {
      resume = resolve;
    });
    let calls = 0;
    const handler = publicEndpoint(thing, async () => {
      calls += 1;
      if (calls === 1) await resumed;
      await log();
      resume();
      throw new Error('bug');
    });
    await Promise.all(['first', 'second'].map((id) => handler(eventOf(), contextWith(id))));

    const ofRequest = (id: string) => lines.filter(({ function_request_id }) => function_request_id === id);
    for (const id of ['first', 'second'])
      expect(ofRequest(id).map(({ message }) => message)).toEqual(['REDIS_UNAVAILABLE', 'REQUEST_FAILED']);
    expect(lines).toHaveLength(4);
  });
});

describe('worker', () => {
  it('adds the request id to each line, also to that of an error', async () => {
    const { worker: handlerOf } = await import('../../../lib/stream/worker.ts');
    const handler = handlerOf(async () => {
      await log('PENDING_ORDERS_SWEPT');
      throw new Error('bug');
    });
    await expect(handler({}, contextWith('run'))).rejects.toThrow('bug');
    expect(lines).toMatchObject([
      { message: 'PENDING_ORDERS_SWEPT', function_request_id: 'run' },
      { message: 'FUNCTION_FAILED', function_request_id: 'run' },
    ]);
  });
});

describe('logger', () => {
  it('adds the id of the latest call to a line logged outside any call', async () => {
    await log();
    await logger.withContext(contextWith('one'), async () => {});
    await log();
    expect(lines.map(({ function_request_id }) => function_request_id)).toEqual([undefined, 'one']);
  });

  it('marks the lines of the first call alone as cold start', async () => {
    await logger.withContext(contextWith('one'), () => log());
    await logger.withContext(contextWith('two'), () => log());
    expect(lines.map(({ cold_start }) => cold_start)).toEqual([true, false]);
  });

  it('marks no cold start when a later call logs the first line', async () => {
    await logger.withContext(contextWith('one'), async () => {});
    await logger.withContext(contextWith('two'), () => log());
    expect(lines.map(({ cold_start }) => cold_start)).toEqual([false]);
  });
});

describe('logCodes', () => {
  it('match the table in docs/logging.md', () => {
    const rows = readFileSync('docs/logging.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \| \w+ \| ([^|]+?) \|/gm);
    expect(Object.fromEntries([...rows].map(([, code, meaning]) => [code, meaning]))).toEqual(logCodes);
  });
});
