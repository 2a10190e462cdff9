import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

interface RawResponse {
  readonly status: number;
  /** Names and values in turn, in the order received. */
  readonly headers: readonly string[];
  readonly body: string;
}

/**
 * Sends a request unchanged. `fetch` would normalise the path, join headers of one name and reject unsafe
 * headers.
 */
export function rawRequest(
  baseUrl: string,
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[] = [],
  body: string | Uint8Array = '',
): Promise<RawResponse> {
  const { protocol, hostname, port, pathname } = new URL(baseUrl);
  const prefix = pathname.replace(/\/$/, '');
  const request = protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path: prefix + path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.rawHeaders, body: text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    const names = new Set(headers.map(([name]) => name));
    for (const name of names) {
      const values = headers.filter(([other]) => other === name).map(([, value]) => value);
      sent.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
    }
    // Node.js sets no Content-Length for the body of a GET.
    if (body.length > 0 && !names.has('Content-Length')) sent.setHeader('Content-Length', Buffer.byteLength(body));
    sent.end(body);
  });
}
