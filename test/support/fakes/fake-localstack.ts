import { createServer, request } from 'node:http';

/** LocalStack as the service sees it: one port for all services, which are told apart by X-Amz-Target. */
const endpoints: Readonly<Record<string, string | undefined>> = {
  DynamoDB_20120810: process.env['STAND_IN_DYNAMODB'],
  DynamoDBStreams_20120810: process.env['STAND_IN_DYNAMODB'],
  AmazonSSM: process.env['STAND_IN_SSM'],
  AWSEvents: process.env['STAND_IN_EVENTS'],
};

const server = createServer((incoming, reply) => {
  if (incoming.url === '/_localstack/health') {
    reply.end('{"services": {}}');
    return;
  }
  const [service = ''] = String(incoming.headers['x-amz-target']).split('.');
  const endpoint = endpoints[service];
  if (endpoint === undefined) {
    reply.writeHead(501).end();
    return;
  }
  const { method, headers } = incoming;
  const outgoing = request(endpoint, { method, headers }, (answer) => {
    reply.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(reply);
  });
  outgoing.on('error', () => reply.destroy());
  incoming.pipe(outgoing);
});
server.listen(Number(process.env['LOCALSTACK_PORT']), '127.0.0.1');
