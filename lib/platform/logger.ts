import { Logger } from '@aws-lambda-powertools/logger';

type Line = [message: string, extra: Readonly<Record<string, unknown>>];

let made: Logger | undefined;

/** Made for the first line: that takes as long as a request, and nearly all of them write none. */
function powertools(): Logger {
  made ??= new Logger({ serviceName: 'sellout' });
  return made;
}

/** JSON lines for CloudWatch. Never pass bodies, tokens, passwords or e-mail addresses. */
export const logger = {
  info: (message: string) => powertools().info(message),
  warn: (...line: Line) => powertools().warn(...line),
  error: (...line: Line) => powertools().error(...line),
};
