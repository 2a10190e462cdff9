/** How often the local stream is read: the plugin's own half second would delay every order. */
const readInterval = 25;

/**
 * Prepares the streams for serverless-offline-dynamodb-streams: sets what it reads from the event, where the
 * schema has no place for it, and takes out those that are not enabled, which it would read all the same.
 */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class Streams {
  constructor({ service }) {
    this.hooks = {
      'before:offline:start:init': () => {
        for (const name of service.getAllFunctions()) {
          const definition = service.getFunction(name);
          definition.events = definition.events.filter(({ stream }) => stream?.enabled !== false);
          for (const { stream } of definition.events) {
            if (stream !== undefined) stream.readInterval = readInterval;
          }
        }
      },
    };
  }
}
