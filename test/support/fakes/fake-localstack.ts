import { createServer, request } from 'node:http';

/**
 * A fake LocalStack: one port for all services, which forwards each request to the service named by
 * X-Amz-Target.
 */
const endpoints: Readonly<Record<string, string | undefined>> = {
  DynamoDB_20120810: process.env['FAKE_DYNAMODB'],
  DynamoDBStreams_20120810: process.env['FAKE_DYNAMODB'],
  AmazonSSM: process.env['FAKE_SSM'],
  AWSEvents: process.env['FAKE_EVENTS'],
};

const server = createServer((incoming, response) => {
  if (incoming.url === '/_localstack/health') {
    response.end('{"services": {}}');
    return;
  }
  const [service = ''] = String(incoming.headers['x-amz-target']).split('.');
  const endpoint = endpoints[service];
  if (endpoint === undefined) {
    response.writeHead(501).end();
    return;
  }
  const { method, headers } = incoming;
  const outgoing = request(endpoint, { method, headers }, (upstream) => {
    response.writeHead(upstream.statusCode ?? 500, upstream.headers);
    upstream.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
});
server.listen(Number(process.env['LOCALSTACK_PORT']), '127.0.0.1');
