/** How often the local stream is read: the plugin's own half second would delay every order. */
const readInterval = 25;

/** Sets what serverless-offline-dynamodb-streams reads from the event, where the schema has no place for it. */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class StreamInterval {
  constructor({ service }) {
    this.hooks = {
      'before:offline:start:init': () => {
        for (const name of service.getAllFunctions()) {
          for (const { stream } of service.getAllEventsInFunction(name)) {
            if (stream !== undefined) stream.readInterval = readInterval;
          }
        }
      },
    };
  }
}
