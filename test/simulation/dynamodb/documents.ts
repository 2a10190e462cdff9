import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { createDocuments, type Documents } from '../../../lib/platform/dynamodb.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import type { SimulatedDynamoDb } from './service.ts';

/** As `createDocuments` has it for real connections. */
const requestTimeoutMs = 2_000;

interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The product's own document client, with the SDK's own retries, errors and marshalling, whose HTTP requests go to the
 * simulated DynamoDB. A dead machine sends nothing and hears nothing.
 *
 * @param rewrite changes what is sent; for a test that takes a protection out
 */
export function simulatedDocuments(
  time: VirtualTime,
  dynamodb: SimulatedDynamoDb,
  rewrite?: (operation: string, body: string) => string,
): Documents {
  const handle = (request: HttpRequest) =>
    new Promise((resolve, reject) => {
      const machine = time.machine();
      if (machine?.alive === false) return;
      const settle = (act: () => void) => {
        time.cancel(timeout);
        if (machine?.alive !== false) act();
      };
      const timeout = time.after(requestTimeoutMs, () => settle(() => reject(timeoutError())));
      const operation = (request.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
      const body = typeof request.body === 'string' ? request.body : decoder.decode(request.body);
      dynamodb.request(operation, rewrite?.(operation, body) ?? body, (reply) =>
        settle(() => resolve({ response: responseOf(reply) })),
      );
    });
  return documentsOf(handle);
}

/** The SDK reads its shared files at the first request of a process: real time, which a virtual clock cannot wait for. */
export async function warmSdk(): Promise<void> {
  const documents = documentsOf(async () => ({ response: responseOf({ status: 200, body: {} }) }));
  await documents.send(new GetCommand({ TableName: 'any', Key: { id: 'any' } }));
}

function documentsOf(handle: (request: HttpRequest) => Promise<unknown>): Documents {
  return createDocuments({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
    // Signatures would be most of what a request costs here.
    signer: { sign: async (request) => request },
    requestHandler: { handle, updateHttpClientConfig: () => {}, httpHandlerConfigs: () => ({}) },
  });
}

const responseOf = ({ status, body }: { status: number; body: object }) => ({
  statusCode: status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: encoder.encode(JSON.stringify(body)),
});

const timeoutError = () => Object.assign(new Error('no answer within two seconds'), { name: 'TimeoutError' });
