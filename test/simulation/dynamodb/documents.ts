import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { createDocuments, type Documents } from '../../../lib/platform/dynamodb.ts';
import type { VirtualTime } from '../runtime/virtual-time.ts';
import type { SimulatedDynamoDb } from './service.ts';

/** As configured in `createDocuments` for real connections. */
const requestTimeoutMs = 2_000;

interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Creates the service's document client on the simulated DynamoDB. Retries, errors and marshalling are those of the real
 * SDK. A crashed machine neither sends requests nor receives responses.
 *
 * @param rewrite changes request bodies, to remove a protection
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
      dynamodb.request(operation, rewrite?.(operation, body) ?? body, (response) =>
        settle(() => resolve({ response: httpResponseOf(response) })),
      );
    });
  return documentsOf(handle);
}

/** Sends a first request in real time: then the SDK reads its shared files, which virtual time cannot wait for. */
export async function warmSdk(): Promise<void> {
  const documents = documentsOf(async () => ({ response: httpResponseOf({ status: 200, body: {} }) }));
  await documents.send(new GetCommand({ TableName: 'any', Key: { id: 'any' } }));
}

function documentsOf(handle: (request: HttpRequest) => Promise<unknown>): Documents {
  return createDocuments({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
    // Signing would take most of the time of a request.
    signer: { sign: async (request) => request },
    requestHandler: { handle, updateHttpClientConfig: () => {}, httpHandlerConfigs: () => ({}) },
  });
}

const httpResponseOf = ({ status, body }: { status: number; body: object }) => ({
  statusCode: status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: encoder.encode(JSON.stringify(body)),
});

const timeoutError = () => Object.assign(new Error('No response within two seconds'), { name: 'TimeoutError' });
