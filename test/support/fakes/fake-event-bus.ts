import * as z from 'zod/mini';
import { type FakeAwsService, type FakeResponse, startFakeAwsService } from '../../../localstack/fake-aws-service.ts';

const putEvents = z.strictObject({
  Entries: z.array(
    z.strictObject({
      EventBusName: z.string(),
      Source: z.string(),
      DetailType: z.string(),
      Time: z.number(),
      Detail: z.string(),
    }),
  ),
});
const createBus = z.strictObject({ Name: z.string() });
export type Entry = z.output<typeof putEvents>['Entries'][number];

export interface FakeEventBus extends FakeAwsService {
  /** Names of the buses created. */
  readonly busNames: readonly string[];
  /** Accepted entries in order of arrival. */
  readonly accepted: Entry[];
  /** Number of entries in each request, rejected ones included. */
  readonly requests: number[];
}

/**
 * Starts a fake EventBridge on a free port of 127.0.0.1. It implements PutEvents and CreateEventBus (JSON
 * protocol).
 *
 * @param rejects whether to reject an entry, given the number of entries received before it
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function startFakeEventBus(
  rejects: (entry: Entry, before: number) => boolean = () => false,
): Promise<FakeEventBus> {
  const busNames: string[] = [];
  const accepted: Entry[] = [];
  const requests: number[] = [];
  let seen = 0;

  function respond(target: unknown, text: string): FakeResponse {
    if (target === 'AWSEvents.CreateEventBus') {
      busNames.push(createBus.parse(JSON.parse(text)).Name);
      return { status: 200, body: { EventBusArn: 'arn' } };
    }
    const request = putEvents.safeParse(JSON.parse(text));
    if (target !== 'AWSEvents.PutEvents' || !request.success || request.data.Entries.length > 10)
      return { status: 400, body: { __type: 'ValidationException', message: request.error?.message } };
    requests.push(request.data.Entries.length);
    const Entries = request.data.Entries.map((entry) => {
      const rejected = rejects(entry, seen++);
      if (!rejected) accepted.push(entry);
      return rejected ? { ErrorCode: 'ThrottlingException', ErrorMessage: '' } : { EventId: `event-${seen}` };
    });
    const FailedEntryCount = Entries.filter((entry) => 'ErrorCode' in entry).length;
    return { status: 200, body: { FailedEntryCount, Entries } };
  }

  return { ...(await startFakeAwsService(respond)), busNames, accepted, requests };
}
