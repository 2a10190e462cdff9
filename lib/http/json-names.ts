import { givenTwice, invalidRequest } from './invalid-request.ts';

/** What gives valid JSON its structure: a text with its quotes, or one of these characters outside of one. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Names that code which copies fields could take for an object's prototype. */
const forbidden = ['__proto__', 'constructor'];

/** An object or an array that is open, and the name or index that was read last in it. */
interface Open {
  /** Of an object alone. */
  readonly names?: Set<string>;
  at: string | number;
}

/**
 * Refuses an object in which a name stands twice, at any depth: readers differ in which of the values they take.
 * `JSON.parse` takes the last one and tells nobody.
 *
 * @param json that `JSON.parse` takes
 * @throws {DomainError} `invalid_request` with the path of the first name that stands twice or reaches a prototype
 */
export function checkNames(json: string): void {
  const open: Open[] = [];
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
      if (forbidden.includes(name))
        throw invalidRequest([{ path: pathOf(open), message: 'this key is not allowed' }]);
      if (inner.names.has(name)) throw invalidRequest([givenTwice(pathOf(open))]);
      inner.names.add(name);
    }
    previous = token;
  }
}

const pathOf = (open: readonly Open[]): string => open.map(({ at }) => at).join('.');
