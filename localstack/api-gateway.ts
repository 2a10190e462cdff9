import { isUtf8 } from 'node:buffer';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage, Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { maxBodyBytes } from '../lib/http/json-body.ts';

const requestStart = 'http.server.request.start';
const startMessage = z.object({ server: z.instanceof(Server) });

/**
 * Makes the server that listens on this port see requests as API Gateway delivers them. The server may be started
 * later: Node.js tells of its first request before anything answers it.
 */
export function actAsApiGateway(port: number): void {
  const onRequestStart = (message: unknown) => {
    const { data } = startMessage.safeParse(message);
    const address = data?.server.address();
    if (data === undefined || typeof address !== 'object' || address?.port !== port) return;
    unsubscribe(requestStart, onRequestStart);
    deliverTo(data.server);
  };
  subscribe(requestStart, onRequestStart);
}

function deliverTo(server: Server): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  // Without a listener for it, Node.js itself tells a client that waits with its body to go on.
  server.removeAllListeners('checkContinue');
  server.on('request', async (request, response) => {
    // It fails only when the client has gone, and nobody waits for an answer.
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    // serverless-offline gives an empty body as null, API Gateway gives none. A blank is answered as none is.
    const delivered = asDelivered(request, body.length === 0 ? Buffer.from(' ') : body);
    for (const listener of listeners) listener.call(server, delivered, response);
  });
}

/**
 * The request as serverless-offline must see it to give a function what API Gateway gives. serverless-offline makes
 * the event's headers from `rawHeaders`; `headers` are for hapi, which would answer ranges, conditions and the like by itself.
 */
function asDelivered(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { headersDistinct, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  // serverless-offline takes an empty type for JSON.
  const type = headersDistinct['content-type']?.join(',') || ' ';
  const delivered = new IncomingMessage(request.socket);
  delivered.push(body);
  delivered.push(null);
  return Object.assign(delivered, {
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    complete: true,
    method: methodOf(request, body),
    url: urlOf(request.url ?? ''),
    headers: headersForHapi(request, body),
    rawHeaders: Object.entries({ ...headersDistinct, 'content-type': [type] }).flatMap(
      ([name, values = []]) => [name, values.join(',')],
    ),
  });
}

/**
 * A method that no route has sends a request to the catch-all route, whatever its path: HEAD, which hapi takes for GET;
 * OPTIONS, which it answers; and a GET whose body is to be refused, because it drops that body.
 */
function methodOf({ method, headers }: IncomingMessage, body: Buffer): string | undefined {
  const isPreflight = headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
  const isForNoRoute =
    method === 'HEAD' ||
    (method === 'OPTIONS' && !isPreflight) ||
    (method === 'GET' && body.length > maxBodyBytes);
  return isForNoRoute ? 'OTHER' : method;
}

/** hapi strips one slash from the end, after it has resolved `.` and `..`, and takes `\` for a slash in part. */
function urlOf(url: string): string {
  const [, rawPath = '', search] = /^([^?#]*)(?:\?([^#]*))?/.exec(url) ?? [];
  const path = rawPath.replaceAll('\\', '%5C');
  const changes = path !== '/' && /\/((\.|%2e){1,2}(\/|$)|$)/i.test(path);
  const end = changes ? (path.endsWith('/') ? '/' : '//') : '';
  return search === undefined ? `${path}${end}` : `${path}${end}?${search}`;
}

/**
 * The media types whose bodies API Gateway delivers as text; others come in base64. It does not document them.
 *
 * @see https://github.com/ministackorg/ministack/pull/766, which measured them on AWS
 */
const textTypes = /^(text\/|application\/(json|xml|javascript) *(;|$))/i;

/** What hapi needs for CORS and its own limit, and a type by which serverless-offline passes the body on as text or in base64. */
function headersForHapi({ headers }: IncomingMessage, body: Buffer) {
  const isText = textTypes.test(headers['content-type'] ?? '') && isUtf8(body);
  const needed = ['origin', 'access-control-request-method', 'access-control-request-headers', 'user-agent'];
  return {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => needed.includes(name))),
    'content-length': String(body.length),
    'content-type': isText ? 'text/plain' : 'application/octet-stream',
  };
}
