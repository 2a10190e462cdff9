import type { Item, Value } from './item.ts';

/** The input of an expression. */
export interface Scope {
  readonly item: Item | undefined;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Value>>;
}

/** A request that DynamoDB rejects with a ValidationException. */
export class InvalidRequest extends Error {}

/** Attribute names from the item down. List elements are not supported. */
export type Path = (scope: Scope) => readonly string[];

/** Splits an expression into tokens and reads them from left to right. */
export function createParser(text: string) {
  const tokens = text.match(/[A-Za-z_#:]\w*|<=|>=|\S/g) ?? [];
  let position = 0;

  const parser = {
    peek: (): string | undefined => tokens[position],
    next: (): string => {
      const token = tokens[position++];
      if (token === undefined) throw new InvalidRequest(`Unexpected end of expression: ${text}`);
      return token;
    },
    /** Consumes the next token if it is this one. Case-insensitive, like keywords. */
    accept(token: string): boolean {
      if (tokens[position]?.toUpperCase() !== token.toUpperCase()) return false;
      position++;
      return true;
    },
    expect(token: string): void {
      if (!parser.accept(token)) throw new InvalidRequest(`Expected ${token} in: ${text}`);
    },
    atEnd: (): boolean => position >= tokens.length,

    path(): Path {
      const parts = [name(parser.next())];
      while (parser.accept('.')) parts.push(name(parser.next()));
      return (scope) => parts.map((part) => part(scope));
    },
  };
  return parser;

  function name(token: string): (scope: Scope) => string {
    if (!/^[A-Za-z_#]/.test(token)) throw new InvalidRequest(`Expected a name instead of ${token} in: ${text}`);
    if (!token.startsWith('#')) return () => token;
    return ({ names }) => {
      const found = names[token];
      if (found === undefined) throw new InvalidRequest(`Missing expression attribute name ${token}`);
      return found;
    };
  }
}
export type Parser = ReturnType<typeof createParser>;

export function lookUp(item: Item | undefined, path: readonly string[]): Value | undefined {
  let at: Value | undefined = item === undefined ? undefined : { M: item };
  for (const name of path) at = at !== undefined && 'M' in at ? at.M[name] : undefined;
  return at;
}

export function valueFor({ values }: Scope, placeholder: string): Value {
  const value = values[placeholder];
  if (value === undefined) throw new InvalidRequest(`Missing expression attribute value ${placeholder}`);
  return value;
}

/** Caches compiled expressions: there are few, and each is used often. */
export function memoized<T>(compile: (text: string) => T): (text: string) => T {
  const compiled = new Map<string, T>();
  return (text) => {
    const cached = compiled.get(text) ?? compile(text);
    compiled.set(text, cached);
    return cached;
  };
}
