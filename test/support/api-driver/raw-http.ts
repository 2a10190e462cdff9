import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

interface RawReply {
  readonly status: number;
  /** Names and values as they came, one after the other. */
  readonly headers: readonly string[];
  readonly body: string;
}

/**
 * A request just as it is written here: `fetch` would tidy up the path, join headers of one name, and refuse
 * what it finds unsafe.
 */
export function rawRequest(
  baseUrl: string,
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[] = [],
  body: string | Uint8Array = '',
): Promise<RawReply> {
  const { protocol, hostname, port } = new URL(baseUrl);
  const request = protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, agent: false }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (chunk: string) => {
        text += chunk;
      });
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.rawHeaders, body: text }),
      );
      reply.on('error', reject);
    });
    sent.on('error', reject);
    const names = new Set(headers.map(([name]) => name));
    for (const name of names) {
      const values = headers.filter(([other]) => other === name).map(([, value]) => value);
      sent.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
    }
    // Node.js would not frame the body of a GET.
    if (body.length > 0 && !names.has('Content-Length'))
      sent.setHeader('Content-Length', Buffer.byteLength(body));
    sent.end(body);
  });
}
