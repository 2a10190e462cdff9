import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod';
import { parseJson } from '../../../lib/platform/json.ts';

/** A line of Sellout's logger (docs/logging.md). */
const lineSchema = z.object({
  level: z.string(),
  message: z.string(),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
});

interface LogLine {
  /** The function, as named in serverless.yml. */
  readonly of: string;
  readonly level: string;
  /** Code, and name and message of the error. */
  readonly text: string;
}

/** Reads what the functions of a stage have logged since a time. */
async function functionLog(stage: string, since: number): Promise<LogLine[]> {
  const client = new CloudWatchLogsClient();
  const logGroupNamePrefix = `/aws/lambda/sellout-${stage}-`;
  const lines: LogLine[] = [];
  try {
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix }))
      for (const { logGroupName = '' } of logGroups)
        for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName, startTime: since }))
          for (const { message: json = '' } of events) {
            const { data } = lineSchema.safeParse(parseJson(json));
            if (data === undefined) continue;
            const { level, message, error } = data;
            const text = error === undefined ? message : `${message}: ${error.name}: ${error.message}`;
            lines.push({ of: logGroupName.slice(logGroupNamePrefix.length), level, text });
          }
    return lines;
  } finally {
    client.destroy();
  }
}

/** Returns each error once, with the function in front that logged it. */
export async function functionErrors(stage: string, since: number): Promise<string[]> {
  const errors = (await functionLog(stage, since)).filter(({ level }) => level === 'ERROR');
  return [...new Set(errors.map(({ of, text }) => `${of}: ${text}`))];
}

/** Returns whether the function has logged the code since the time. */
export const hasLogged = async (stage: string, since: number, of: string, code: string): Promise<boolean> =>
  (await functionLog(stage, since)).some((line) => line.of === of && line.text === code);
