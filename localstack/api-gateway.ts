import { isUtf8 } from 'node:buffer';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { IncomingMessage, Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { maxBodyBytes } from '../lib/http/json-body.ts';

const requestStart = 'http.server.request.start';
const startMessage = z.object({ server: z.instanceof(Server) });

/**
 * Makes the server on this port receive requests as API Gateway delivers them. The server can start later, because
 * Node.js announces its first request on a diagnostics channel.
 */
export function actAsApiGateway(port: number): void {
  const onRequestStart = (message: unknown) => {
    const { data } = startMessage.safeParse(message);
    const address = data?.server.address();
    if (data === undefined || typeof address !== 'object' || address?.port !== port) return;
    unsubscribe(requestStart, onRequestStart);
    interceptRequests(data.server);
  };
  subscribe(requestStart, onRequestStart);
}

function interceptRequests(server: Server): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  // Without this listener, Node.js itself sends 100 Continue.
  server.removeAllListeners('checkContinue');
  server.on('request', async (request, response) => {
    // It fails only when the client has disconnected.
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    // serverless-offline passes an empty body as null, API Gateway omits it. The API treats a blank body like a missing one.
    const delivered = asDelivered(request, body.length === 0 ? Buffer.from(' ') : body);
    for (const listener of listeners) listener.call(server, delivered, response);
  });
}

/**
 * Returns the request that makes serverless-offline build the event of API Gateway. serverless-offline builds the event's
 * headers from `rawHeaders`. `headers` are for hapi, which would handle ranges and conditional requests itself.
 */
function asDelivered(request: IncomingMessage, body: Buffer): IncomingMessage {
  const { headersDistinct, httpVersion, httpVersionMajor, httpVersionMinor } = request;
  // serverless-offline treats an empty type as JSON.
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
    rawHeaders: Object.entries({ ...headersDistinct, 'content-type': [type] }).flatMap(([name, values = []]) => [
      name,
      values.join(','),
    ]),
  });
}

/**
 * Returns a method without routes for requests that must reach the catch-all route: HEAD, which hapi treats as GET;
 * OPTIONS, which hapi handles; and a GET with too large a body, because hapi drops that body.
 */
function methodOf({ method, headers }: IncomingMessage, body: Buffer): string | undefined {
  const isPreflight = headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
  const goesToCatchAll =
    method === 'HEAD' || (method === 'OPTIONS' && !isPreflight) || (method === 'GET' && body.length > maxBodyBytes);
  return goesToCatchAll ? 'OTHER' : method;
}

/** Compensates for hapi, which resolves `.` and `..`, then strips a trailing slash, and treats some `\` as slashes. */
function urlOf(url: string): string {
  const [, rawPath = '', search] = /^([^?#]*)(?:\?([^#]*))?/.exec(url) ?? [];
  const path = rawPath.replaceAll('\\', '%5C');
  const changes = path !== '/' && /\/((\.|%2e){1,2}(\/|$)|$)/i.test(path);
  const end = changes ? (path.endsWith('/') ? '/' : '//') : '';
  return search === undefined ? `${path}${end}` : `${path}${end}?${search}`;
}

/**
 * Media types whose bodies API Gateway delivers as text instead of base64. They are not documented.
 *
 * @see https://github.com/ministackorg/ministack/pull/766, which measured them on AWS
 */
const textTypes = /^(text\/|application\/(json|xml|javascript) *(;|$))/i;

/** The headers that hapi needs, with a media type that makes serverless-offline pass the body as text or as base64. */
function headersForHapi({ headers }: IncomingMessage, body: Buffer) {
  const isText = textTypes.test(headers['content-type'] ?? '') && isUtf8(body);
  const needed = ['origin', 'access-control-request-method', 'access-control-request-headers', 'user-agent'];
  return {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => needed.includes(name))),
    'content-length': String(body.length),
    'content-type': isText ? 'text/plain' : 'application/octet-stream',
  };
}
