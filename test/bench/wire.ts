import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpReply {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    body?: unknown;
  };
}

/** One HTTP request of the SDK. */
export interface Call {
  /** As DynamoDB calls it, such as `GetItem`. */
  readonly operation: string;
  /** What is sent, in DynamoDB's JSON. */
  readonly body: string;
}

type Transport = (call: Call, send: () => Promise<HttpReply>) => Promise<HttpReply>;

const plain = new DynamoDBClient({ region: 'eu-central-1' }).config.requestHandler;
/** All clients of this process send through it: those that handlers make for themselves, too. */
const shared: { handle(request: HttpRequest, options?: unknown): Promise<HttpReply> } =
  Object.getPrototypeOf(plain);
const { handle: send } = shared;

/** A way to the engine that no tap sees. */
export const untapped = {
  handle: (request: HttpRequest, options?: unknown) => send.call(plain, request, options),
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
};

const decoder = new TextDecoder();
const textOf = (body: string | Uint8Array = ''): string =>
  typeof body === 'string' ? body : decoder.decode(body);

/** Puts `transport` between every client of the SDK in this process and the network, until the function that it returns is called. */
export function tapWire(transport: Transport): () => void {
  shared.handle = function (this: unknown, request, options) {
    const operation = (request.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    return transport({ operation, body: textOf(request.body) }, () => send.call(this, request, options));
  };
  return () => {
    shared.handle = send;
  };
}

/** One command that was given to a document client, and when. */
export interface Sent {
  /** Of a command on one table. */
  readonly table: string | undefined;
  /** Sends the same input again, through the same client and as a command of its own. */
  readonly resend: () => Promise<unknown>;
  readonly startedAt: number;
  endedAt: number;
}

interface Command {
  readonly constructor: NewableFunction;
  readonly input: { readonly TableName?: string };
}

const clients = DynamoDBDocumentClient.prototype;
const { send: sendCommand } = clients;

/** Notes every command of the document clients of this process while `run` runs. */
export async function commandsOf(run: () => Promise<unknown>): Promise<Sent[]> {
  const sent: Sent[] = [];
  let clock = 0;
  Object.assign(clients, {
    async send(this: unknown, command: Command) {
      const resend = () =>
        Reflect.apply(sendCommand, this, [Reflect.construct(command.constructor, [command.input])]);
      const noted = {
        table: command.input.TableName,
        resend,
        startedAt: clock++,
        endedAt: Number.POSITIVE_INFINITY,
      };
      sent.push(noted);
      try {
        return await Reflect.apply(sendCommand, this, [command]);
      } finally {
        noted.endedAt = clock++;
      }
    },
  });
  try {
    await run();
    return sent;
  } finally {
    Object.assign(clients, { send: sendCommand });
  }
}

/** The commands in the order in which one waits for the other: those of one step were sent side by side. */
export function stepsOf(sent: readonly Sent[]): Sent[][] {
  const steps: Sent[][] = [];
  for (const one of sent) {
    const before = steps.findLastIndex((step) => step.some(({ endedAt }) => endedAt < one.startedAt));
    const step = steps[before + 1];
    if (step === undefined) steps.push([one]);
    else step.push(one);
  }
  return steps;
}
