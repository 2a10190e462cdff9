import { actAsApiGateway } from './api-gateway.ts';

/** Default port of serverless-offline. */
const defaultPort = 3000;

/** Makes serverless-offline respond like an HTTP API of API Gateway: docs/adr/0034-local-gateway.md. */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class Gateway {
  constructor(_serverless, { httpPort = defaultPort }) {
    this.hooks = { 'before:offline:start:init': () => actAsApiGateway(Number(httpPort)) };
  }
}
