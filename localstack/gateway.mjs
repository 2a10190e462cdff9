import { actAsApiGateway } from './api-gateway.ts';

/** Where serverless-offline listens if nothing else is said. */
const defaultPort = 3000;

/** Makes serverless-offline answer requests as an HTTP API of API Gateway does: docs/adr/0034-local-gateway.md. */
// biome-ignore lint/style/noDefaultExport: plugins of the framework are default exports
export default class Gateway {
  constructor(_serverless, { httpPort = defaultPort }) {
    this.hooks = { 'before:offline:start:init': () => actAsApiGateway(Number(httpPort)) };
  }
}
