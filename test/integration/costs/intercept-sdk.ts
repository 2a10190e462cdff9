import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One HTTP request of the SDK: the operation's name, such as `GetItem`, and its input in DynamoDB's JSON. */
export interface SdkRequest {
  readonly operation: string;
  readonly body: string;
}

type Interceptor = (request: SdkRequest, send: () => Promise<unknown>) => Promise<unknown>;

const handler = new DynamoDBClient({ region: 'eu-central-1' }).config.requestHandler;
/** The prototype that all clients of this process share, including those that functions create. */
const shared: { handle(request: HttpRequest, options?: unknown): Promise<unknown> } = Object.getPrototypeOf(handler);
const { handle: send } = shared;

/** A request handler for a client whose requests are not intercepted. */
export const directHandler = {
  handle: (request: HttpRequest, options?: unknown) => Reflect.apply(send, handler, [request, options]),
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
};

const decoder = new TextDecoder();
const textOf = (body: string | Uint8Array = ''): string => (typeof body === 'string' ? body : decoder.decode(body));

/** Passes every request of the SDK in this process to `interceptor`. @returns a function that ends this */
export function interceptRequests(interceptor: Interceptor): () => void {
  shared.handle = function (this: unknown, request, options) {
    const operation = (request.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    return interceptor({ operation, body: textOf(request.body) }, () => send.call(this, request, options));
  };
  return () => {
    shared.handle = send;
  };
}

/** When a command started and ended, in ticks that advance at each start and end. */
export interface Span {
  readonly startedAt: number;
  endedAt: number;
}

const clients = DynamoDBDocumentClient.prototype;
const { send: sendCommand } = clients;

/** Records the commands that document clients of this process send while `run` is in progress. */
export async function recordCommands(run: () => Promise<unknown>): Promise<Span[]> {
  const spans: Span[] = [];
  let tick = 0;
  Object.assign(clients, {
    async send(this: unknown, command: unknown) {
      const span = { startedAt: tick++, endedAt: Number.POSITIVE_INFINITY };
      spans.push(span);
      try {
        return await Reflect.apply(sendCommand, this, [command]);
      } finally {
        span.endedAt = tick++;
      }
    },
  });
  try {
    await run();
    return spans;
  } finally {
    Object.assign(clients, { send: sendCommand });
  }
}

/** Counts the steps in which commands waited for earlier ones; parallel commands are one step. */
export function countSteps(spans: readonly Span[]): number {
  const steps: Span[][] = [];
  for (const span of spans) {
    const before = steps.findLastIndex((step) => step.some(({ endedAt }) => endedAt < span.startedAt));
    const step = steps[before + 1];
    if (step === undefined) steps.push([span]);
    else step.push(span);
  }
  return steps.length;
}
