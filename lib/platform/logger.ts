import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { LogCode } from './log-codes.ts';

type Line = [code: LogCode, extra: Readonly<Record<string, unknown>>];

/** Concurrent calls share a process in local development, so a variable alone could name the wrong request. */
const contexts = new AsyncLocalStorage<Context>();
let latest: Context | undefined;
let calls = 0;

let powertools: Logger | undefined;
let added: Context | undefined;

/** Creates the Logger with the first line: it takes as long as a request, and most containers log nothing. */
function current(): Logger {
  // Events of a shared connection belong to no call.
  const context = contexts.getStore() ?? latest;
  const isNew = powertools === undefined;
  powertools ??= new Logger({ serviceName: 'sellout' });
  if (context === undefined || context === added) return powertools;
  // Powertools takes the first context that it receives for the cold start.
  if (isNew && calls > 1) powertools.addContext(context);
  powertools.addContext(context);
  added = context;
  return powertools;
}

/** Writes JSON lines for CloudWatch. Never pass bodies, tokens, passwords or email addresses. */
export const logger = {
  /** Runs one call of a function. Each line logged during it carries the call's `function_request_id`. */
  withContext<T>(context: Context, run: () => T): T {
    latest = context;
    calls += 1;
    return contexts.run(context, run);
  },
  info: (code: LogCode) => current().info(code),
  warn: (...line: Line) => current().warn(...line),
  error: (...line: Line) => current().error(...line),
};
