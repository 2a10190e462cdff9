import { Logger } from '@aws-lambda-powertools/logger';

/** JSON lines for CloudWatch. Never pass bodies, tokens, passwords or e-mail addresses. */
export const logger = new Logger({ serviceName: 'sellout' });
