import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import pLimit from 'p-limit';
import { awsClientOptions } from './aws-client-options.ts';
import { backoff } from './backoff.ts';
import { chunk } from './chunk.ts';

/** The maximum of PutEvents. */
const entriesPerRequest = 10;
const maxConcurrentRequests = 8;
const maxRounds = 5;

export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: object;
  readonly time: Date;
}

export interface EventBus {
  /**
   * Publishes events, each at least once. EventBridge accepts or rejects each event on its own; rejected events, mostly
   * throttled ones, are retried in up to five rounds.
   *
   * @throws if some events are still rejected or EventBridge is unavailable; the other events may have been published
   */
  put(events: readonly BusEvent[]): Promise<void>;
}

/** @param name of an EventBridge bus */
export function createEventBus(name: string): EventBus {
  const client = new EventBridgeClient(awsClientOptions({ requestTimeoutMs: 3_000 }));
  const limit = pLimit(maxConcurrentRequests);

  /** @returns the rejected entries, each with the error code */
  async function send(Entries: PutEventsRequestEntry[]) {
    const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries }));
    return Entries.flatMap((entry, index) => {
      const result = results[index];
      return result?.EventId === undefined ? [{ entry, reason: result?.ErrorCode ?? 'no result' }] : [];
    });
  }

  return {
    async put(events) {
      let open = events.map((event) => entryOf(event, name));
      for (let round = 0; open.length > 0; round += 1) {
        const requests = chunk(open, entriesPerRequest);
        const rejected = (await Promise.all(requests.map((entries) => limit(() => send(entries))))).flat();
        open = rejected.map(({ entry }) => entry);
        if (open.length > 0 && round === maxRounds - 1)
          throw new Error(`EventBridge rejected ${open.length} of ${events.length} events: ${rejected[0]?.reason}`);
        if (open.length > 0) await backoff(round, 50, 1_000);
      }
    },
  };
}

const entryOf = (
  { source, 'detail-type': DetailType, detail, time }: BusEvent,
  EventBusName: string,
): PutEventsRequestEntry => ({
  EventBusName,
  Source: source,
  DetailType,
  Time: time,
  Detail: JSON.stringify(detail),
});
