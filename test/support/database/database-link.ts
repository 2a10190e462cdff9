import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface DatabaseLink {
  readonly endpoint: string;
  /** Stops listening and closes all connections. */
  stop(): Promise<void>;
  /** Accepts connections and requests, and never responds. */
  hang(): Promise<void>;
  /** Forwards again. */
  restore(): Promise<void>;
}

/** Starts a TCP proxy to the database that a test can stop or hang. */
export async function linkDatabase(databaseEndpoint: string): Promise<DatabaseLink> {
  const { hostname, port } = new URL(databaseEndpoint);
  const open = new Set<Socket>();
  let server: Server | undefined;
  let ownPort = 0;

  const keep = (socket: Socket): Socket => {
    open.add(socket);
    // Errors of connections that the test closes are expected.
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
    if (address === null || typeof address === 'string') throw new Error('The database link has no port');
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
