import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import pLimit from 'p-limit';
import { backoff } from './backoff.ts';

/** As many as one request takes. */
const entriesPerRequest = 10;
const requestsAtOnce = 8;
/** Rounds for entries that were refused singly, mostly for throttling; then the caller has them all again. */
const rounds = 5;
const connectionTimeoutMs = 1_000;
const requestTimeoutMs = 3_000;

export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: object;
  readonly time: Date;
}

export interface EventBus {
  /**
   * Resolves when the bus has every event, each at least once.
   *
   * @throws when some were refused in every round or the bus is out of reach; others may have been taken
   */
  put(events: readonly BusEvent[]): Promise<void>;
}

/** A bus of EventBridge by its name. */
export function createEventBus(name: string): EventBus {
  const client = new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
    },
  });
  const limit = pLimit(requestsAtOnce);

  /** @returns the entries that were refused, and why the last one was */
  async function send(Entries: PutEventsRequestEntry[]) {
    const { Entries: results = [] } = await client.send(new PutEventsCommand({ Entries }));
    return Entries.flatMap((entry, place) => {
      const result = results[place];
      return result?.EventId === undefined ? [{ entry, reason: result?.ErrorCode ?? 'no answer' }] : [];
    });
  }

  return {
    async put(events) {
      let open = events.map((event) => entryOf(event, name));
      for (let round = 0; open.length > 0; round += 1) {
        const requests = Array.from({ length: Math.ceil(open.length / entriesPerRequest) }, (_, number) =>
          open.slice(number * entriesPerRequest, (number + 1) * entriesPerRequest),
        );
        const refused = (await Promise.all(requests.map((entries) => limit(() => send(entries))))).flat();
        open = refused.map(({ entry }) => entry);
        if (open.length > 0 && round === rounds - 1)
          throw new Error(`${open.length} of ${events.length} events were refused: ${refused[0]?.reason}`);
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
