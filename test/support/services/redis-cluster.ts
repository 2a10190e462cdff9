import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'iovalkey';
import { spawnTied } from '../../../localstack/child.ts';
import { freePort } from '../../../localstack/ports.ts';

export interface RedisCluster {
  /** Names the user without a password, as the template does. */
  readonly url: string;
  /** The certificate that clients must trust. */
  readonly certificate: string;
  /** A connection that may do everything. */
  readonly admin: Redis;
  /** Sets the only password of the user; undefined accepts every password. */
  setPassword(password: string | undefined): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a real Redis like ElastiCache Serverless: cluster mode with one node that owns all slots, TLS, and a user that may
 * send only the commands of `accessString`. It takes two seconds until Redis accepts commands.
 */
export async function startRedisCluster(user: string, accessString: string): Promise<RedisCluster> {
  const directory = await mkdtemp(join(tmpdir(), 'sellout-redis-'));
  const port = await freePort();
  const ca = await createCertificate(directory);
  const adminPassword = crypto.randomUUID();
  const tls = ['--tls-cert-file', 'cert.pem', '--tls-key-file', 'key.pem', '--tls-ca-cert-file', 'cert.pem'];
  const settings = ['--bind', '127.0.0.1', '--save', '', '--cluster-enabled', 'yes', '--requirepass', adminPassword];
  const ports = ['--port', '0', '--tls-port', String(port), '--cluster-port', String(await freePort())];
  const args = [...ports, ...tls, '--tls-auth-clients', 'no', ...settings];
  const child = spawnTied('Redis', 'redis-server', args, directory);

  const admin = new Redis({ host: 'localhost', port, password: adminPassword, tls: { ca }, enableReadyCheck: false });
  // While the server starts, the client reconnects.
  admin.on('error', () => {});
  const stop = async () => {
    admin.disconnect();
    await child.stop();
    await rm(directory, { recursive: true });
  };
  try {
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await untilOk(admin);
  } catch (cause) {
    await stop();
    throw new Error(`Redis did not start as a cluster: ${child.output()}`, { cause });
  }

  const url = `rediss://${user}@localhost:${port}`;
  const setPassword = async (password: string | undefined) => {
    const secret = password === undefined ? 'nopass' : `>${password}`;
    await admin.call('ACL', 'SETUSER', user, 'reset', secret, ...accessString.split(' '));
  };
  return { url, certificate: ca, admin, setPassword, stop };
}

/** Waits until the node takes commands, at most ten seconds. */
async function untilOk(admin: Redis): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    if (String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no cluster_state:ok after ten seconds');
}

/** Creates a self-signed certificate for localhost, with its key. */
async function createCertificate(directory: string): Promise<string> {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, '-out', 'cert.pem'], {
    cwd: directory,
    stdio: 'ignore',
  });
  return readFile(join(directory, 'cert.pem'), 'utf8');
}
