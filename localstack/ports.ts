import { once } from 'node:events';
import { createServer } from 'node:net';

async function tryListen(port: number, host?: string): Promise<number> {
  const server = createServer();
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}

/** A port that was free a moment ago, chosen by the operating system; use it soon. */
export const freePort = (): Promise<number> => tryListen(0, '127.0.0.1');

/** Whether nothing listens on this port, neither on 127.0.0.1 nor on all addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  // Both, because macOS lets a server bind 127.0.0.1 beside one that has bound every address.
  for (const host of ['127.0.0.1', undefined]) {
    try {
      await tryListen(port, host);
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE') return false;
      throw new Error(`port ${port} cannot be used`, { cause });
    }
  }
  return true;
}
