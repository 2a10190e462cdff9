import { withStreamRetries } from './stream-retries.ts';

/** Milliseconds between reads of the local stream. The plugin's default of 500 would delay every order. */
const defaultReadInterval = 25;

/**
 * Prepares stream events for serverless-offline-dynamodb-streams: sets its read interval, which the event schema does not
 * allow in serverless.yml, and removes disabled streams, which the plugin would read. Adds the retries of Lambda.
 */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class Streams {
  constructor({ service, pluginManager }, _options, { log }) {
    const streamOf = (name) => service.getFunction(name).events.find(({ stream }) => stream !== undefined).stream;
    this.hooks = {
      'before:offline:start:init': () => {
        const readInterval = Number(process.env.STREAM_READ_INTERVAL_MS ?? defaultReadInterval);
        for (const name of service.getAllFunctions()) {
          const definition = service.getFunction(name);
          definition.events = definition.events.filter(({ stream }) => stream?.enabled !== false);
          for (const { stream } of definition.events) {
            if (stream !== undefined) stream.readInterval = readInterval;
          }
        }
        const reader = pluginManager.plugins.find(
          (plugin) => plugin.constructor.name === 'ServerlessOfflineDynamodbStreams',
        );
        const createLambda = reader._createLambda.bind(reader);
        reader._createLambda = async (lambdas) => {
          await createLambda(lambdas);
          reader.lambda = withStreamRetries(reader.lambda, { settingsOf: streamOf, log });
        };
      },
    };
  }
}
