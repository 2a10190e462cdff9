import { expect, it, vi } from 'vitest';
import * as z from 'zod';

const pluginFile = '../../../localstack/streams.mjs';
const hooks = z.object({ 'before:offline:start:init': z.function() });
const plugin = z.object({
  default: z.custom<new (serverless: object, options: object, utils: object) => { hooks: unknown }>(),
});
const { default: Streams } = plugin.parse(await import(pluginFile));

class ServerlessOfflineDynamodbStreams {
  async _createLambda() {}
}

it('the local stream plugin removes disabled streams and sets a read interval of 25 ms', () => {
  const functions = new Map([
    ['on', { events: [{ stream: { enabled: true } }, { httpApi: 'GET /' }] }],
    ['off', { events: [{ stream: { enabled: false } }] }],
    ['usual', { events: [{ stream: {} }, { schedule: 'rate(1 minute)' }] }],
  ]);
  const service = {
    getAllFunctions: () => [...functions.keys()],
    getFunction: (name: string) => functions.get(name),
  };
  const pluginManager = { plugins: [new ServerlessOfflineDynamodbStreams()] };
  hooks.parse(new Streams({ service, pluginManager }, {}, { log: {} }).hooks)['before:offline:start:init']();
  expect(Object.fromEntries(functions)).toEqual({
    on: { events: [{ stream: { enabled: true, readInterval: 25 } }, { httpApi: 'GET /' }] },
    off: { events: [] },
    usual: { events: [{ stream: { readInterval: 25 } }, { schedule: 'rate(1 minute)' }] },
  });
});

it('the read interval can be set', () => {
  vi.stubEnv('STREAM_READ_INTERVAL_MS', '250');
  const definition = { events: [{ stream: {} }] };
  const service = { getAllFunctions: () => ['worker'], getFunction: () => definition };
  const pluginManager = { plugins: [new ServerlessOfflineDynamodbStreams()] };
  hooks.parse(new Streams({ service, pluginManager }, {}, { log: {} }).hooks)['before:offline:start:init']();
  vi.unstubAllEnvs();
  expect(definition).toEqual({ events: [{ stream: { readInterval: 250 } }] });
});
