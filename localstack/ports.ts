import { once } from 'node:events';
import { createServer } from 'node:net';

async function tryListen(port: number, host?: string): Promise<number> {
  const server = createServer();
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

/** Returns a free port chosen by the operating system. Use it soon. */
export const freePort = (): Promise<number> => tryListen(0, '127.0.0.1');

/** Returns whether nothing listens on the port, on 127.0.0.1 or on all addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  // Check both: macOS allows a server on 127.0.0.1 next to one on all addresses.
  for (const host of ['127.0.0.1', undefined]) {
    try {
      await tryListen(port, host);
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return false;
      throw new Error(`Cannot use port ${port}.`, { cause });
    }
  }
  return true;
}
