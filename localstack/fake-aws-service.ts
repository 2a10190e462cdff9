import { once } from 'node:events';
import { createServer } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: object;
}

export interface FakeAwsService {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * Stands in for a service of AWS that speaks its JSON protocol, on a free port of 127.0.0.1.
 *
 * @param answer gets the operation, such as `AmazonSSM.GetParameter`, and the body as it came
 */
export async function startFakeAwsService(
  answer: (target: unknown, text: string) => Answer,
): Promise<FakeAwsService> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status, body } = answer(request.headers['x-amz-target'], Buffer.concat(chunks).toString());
    response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port');
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
