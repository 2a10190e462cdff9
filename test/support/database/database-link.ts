import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface DatabaseLink {
  readonly endpoint: string;
  /** Nothing listens any more, and what was open is cut. */
  stop(): Promise<void>;
  /** Connections are made and requests are taken, and nothing ever comes back. */
  hang(): Promise<void>;
  /** As at the start. */
  restore(): Promise<void>;
}

/** A TCP link to the engine that a test can break in the ways in which a real one breaks. */
export async function linkDatabase(engine: string): Promise<DatabaseLink> {
  const { hostname, port } = new URL(engine);
  const open = new Set<Socket>();
  let server: Server | undefined;
  let ownPort = 0;

  const keep = (socket: Socket): Socket => {
    open.add(socket);
    // What a cut connection reports on its way out is the point of it.
    return socket.on('error', () => {}).once('close', () => open.delete(socket));
  };
  const forward = (client: Socket) => {
    const upstream = keep(connect(Number(port), hostname));
    keep(client).pipe(upstream).pipe(client);
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
  };
  const swallow = (client: Socket) => {
    keep(client).resume();
  };

  async function stop(): Promise<void> {
    for (const socket of open) socket.destroy();
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
    server = undefined;
  }
  async function serve(onConnection: (client: Socket) => void): Promise<void> {
    await stop();
    server = createServer(onConnection).listen(ownPort, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the link has no port');
    ownPort = address.port;
  }

  await serve(forward);
  return {
    endpoint: `http://127.0.0.1:${ownPort}`,
    stop,
    hang: () => serve(swallow),
    restore: () => serve(forward),
  };
}
