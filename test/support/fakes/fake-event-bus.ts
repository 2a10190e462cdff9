import * as z from 'zod/mini';
import {
  type FakeAwsService,
  type FakeResponse,
  startFakeAwsService,
} from '../../../localstack/fake-aws-service.ts';

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
  /** Buses that were made here. */
  readonly names: readonly string[];
  /** What was taken, in the order of its coming. */
  readonly taken: Entry[];
  /** How many entries each request had, those that were refused too. */
  readonly requests: number[];
}

/**
 * Answers PutEvents and CreateEventBus of EventBridge (its JSON protocol) on a free port of 127.0.0.1.
 *
 * @param refuses whether to refuse an entry, by how many have come before it
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function startEventBus(
  refuses: (entry: Entry, before: number) => boolean = () => false,
): Promise<FakeEventBus> {
  const names: string[] = [];
  const taken: Entry[] = [];
  const requests: number[] = [];
  let seen = 0;

  function answer(target: unknown, text: string): FakeResponse {
    if (target === 'AWSEvents.CreateEventBus') {
      names.push(createBus.parse(JSON.parse(text)).Name);
      return { status: 200, body: { EventBusArn: 'arn' } };
    }
    const request = putEvents.safeParse(JSON.parse(text));
    if (target !== 'AWSEvents.PutEvents' || !request.success || request.data.Entries.length > 10)
      return { status: 400, body: { __type: 'ValidationException', message: request.error?.message } };
    requests.push(request.data.Entries.length);
    const Entries = request.data.Entries.map((entry) => {
      const refused = refuses(entry, seen++);
      if (!refused) taken.push(entry);
      return refused ? { ErrorCode: 'ThrottlingException', ErrorMessage: '' } : { EventId: `event-${seen}` };
    });
    const FailedEntryCount = Entries.filter((entry) => 'ErrorCode' in entry).length;
    return { status: 200, body: { FailedEntryCount, Entries } };
  }

  return { ...(await startFakeAwsService(answer)), names, taken, requests };
}
