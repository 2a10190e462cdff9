import type { Item, Value } from './item.ts';

/** What an expression is evaluated on. */
export interface Scope {
  readonly item: Item | undefined;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Value>>;
}

/** A request that DynamoDB refuses as wrong in itself. */
export class InvalidRequest extends Error {}

/** Name by name from the item down; list elements are not modelled. */
export type Path = (scope: Scope) => readonly string[];

export const keywordIs = (token: string | undefined, keyword: string): boolean =>
  token?.toUpperCase() === keyword;

/** Reads an expression from left to right. */
export function createParser(text: string) {
  const tokens = text.match(/[A-Za-z_#:][\w]*|<>|<=|>=|[=<>(),.+-]|\S/g) ?? [];
  let position = 0;

  const parser = {
    peek: (ahead = 0): string | undefined => tokens[position + ahead],
    next: (): string => {
      const token = tokens[position++];
      if (token === undefined) throw new InvalidRequest(`the expression ends too early: ${text}`);
      return token;
    },
    /** Goes on if the next token is this one. */
    accept(token: string): boolean {
      if (!keywordIs(tokens[position], token)) return false;
      position++;
      return true;
    },
    expect(token: string): void {
      if (!parser.accept(token)) throw new InvalidRequest(`${token} expected in: ${text}`);
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
    if (!/^[A-Za-z_#]/.test(token)) throw new InvalidRequest(`a name expected, not ${token}, in: ${text}`);
    if (!token.startsWith('#')) return () => token;
    return ({ names }) => {
      const found = names[token];
      if (found === undefined) throw new InvalidRequest(`no such name: ${token}`);
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
  if (value === undefined) throw new InvalidRequest(`no such value: ${placeholder}`);
  return value;
}

/** Expressions come in few forms and are used often. */
export function cached<T>(compile: (text: string) => T): (text: string) => T {
  const compiled = new Map<string, T>();
  return (text) => {
    const known = compiled.get(text);
    if (known !== undefined) return known;
    const made = compile(text);
    compiled.set(text, made);
    return made;
  };
}
