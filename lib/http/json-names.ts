import { givenTwice, invalidRequest } from './invalid-request.ts';

/** The tokens that structure valid JSON: strings, and these characters outside of strings. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Keys through which code that copies fields could change an object's prototype. */
const forbidden = ['__proto__', 'constructor'];

/** An object or array around the current token, and the latest key or index in it. */
interface Container {
  /** Undefined for an array. */
  readonly names?: Set<string>;
  at: string | number;
}

/**
 * Rejects repeated keys in an object, at any depth. Parsers differ in which value they use; `JSON.parse` silently uses
 * the last one. Also rejects the keys `__proto__` and `constructor`.
 *
 * @param json valid JSON
 * @throws {DomainError} `invalid_request` with the path of the first such key
 */
export function checkNames(json: string): void {
  const open: Container[] = [];
  let previous = '';
  for (const [token] of json.matchAll(tokens)) {
    const inner = open.at(-1);
    if (token === '{') open.push({ names: new Set(), at: '' });
    else if (token === '[') open.push({ at: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && typeof inner?.at === 'number') inner.at += 1;
    else if (token === ':' && inner?.names !== undefined) {
      const name: string = JSON.parse(previous);
      inner.at = name;
      if (forbidden.includes(name)) throw invalidRequest([{ path: pathOf(open), message: 'Key is not allowed' }]);
      if (inner.names.has(name)) throw invalidRequest([givenTwice(pathOf(open))]);
      inner.names.add(name);
    }
    previous = token;
  }
}

const pathOf = (open: readonly Container[]): string => open.map(({ at }) => at).join('.');
