import { createAccessTokens } from '../../lib/accounts/access-token.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { newId } from '../../lib/platform/ids.ts';
import { createParameters } from '../../lib/platform/parameters.ts';
import { prepare, startEmulators } from '../../localstack/backend.ts';
import { freePort } from '../../localstack/ports.ts';
import { newSecrets, parametersOf } from '../../localstack/secrets.ts';
import { startService } from '../../localstack/service.ts';
import type { Shopper } from './fixtures.ts';

const stage = 'local';

export interface LocalSystem {
  readonly url: string;
  /** Resolves with the reason when one of its processes exits. Never rejects. */
  readonly exited: Promise<string>;
  /** Creates accounts without requests, by signing their tokens with the system's key. */
  guests(count: number): Promise<Shopper[]>;
  stop(): Promise<void>;
}

/**
 * Starts the service, DynamoDB Local and a fake SSM on free ports, like `npm start`. They exit on `stop` and also when this
 * process dies.
 *
 * @param params override `params` in serverless.yml
 */
export async function startLocalSystem(
  signal: AbortSignal,
  params: Readonly<Record<string, string>> = {},
): Promise<LocalSystem> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(stops.map((stopPart) => stopPart()));
  };
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(part.stop);
    return part;
  };
  try {
    const backend = started(await startEmulators({ port: await freePort(), signal }));
    const secrets = newSecrets();
    await prepare(backend, stage, secrets);
    signal.throwIfAborted();
    const { dynamodbEndpoint, ssmEndpoint } = backend;
    const service = started(await startService({ stage, params, dynamodbEndpoint, ssmEndpoint, signal }));
    const values = new Map(parametersOf(stage, secrets));
    const tokens = createAccessTokens({
      parameters: createParameters({ fetchParameter: async (name) => values.get(name), clock: systemClock }),
      keysParameter: `/sellout/${stage}/token-keys`,
      issuer: `sellout/${stage}`,
      audience: `sellout/${stage}/api`,
      clock: systemClock,
    });
    const guest = async (): Promise<Shopper> => {
      const id = newId();
      const { access_token } = await tokens.issue({ id, kind: 'guest', role: 'USER' });
      return { id, token: access_token };
    };
    return {
      url: service.url,
      exited: Promise.race([backend.exited, service.exited]),
      guests: (count) => Promise.all(Array.from({ length: count }, guest)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
