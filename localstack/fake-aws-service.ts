import { once } from 'node:events';
import { createServer } from 'node:http';

export interface FakeResponse {
  readonly status: number;
  readonly body: object;
}

export interface FakeAwsService {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Starts a fake AWS service with the JSON protocol on a free port of 127.0.0.1.
 *
 * @param respond gets the operation, for example `AmazonSSM.GetParameter`, and the request body
 */
export async function startFakeAwsService(
  respond: (target: unknown, text: string) => FakeResponse,
): Promise<FakeAwsService> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status, body } = respond(request.headers['x-amz-target'], Buffer.concat(chunks).toString());
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fake service has no port.');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    stop: async () => {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
