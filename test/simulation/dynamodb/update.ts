import {
  createParser,
  InvalidRequest,
  lookUp,
  memoized,
  type Parser,
  type Path,
  type Scope,
  valueFor,
} from './expression-parser.ts';
import type { Item, Value } from './item.ts';

type Change = { readonly path: readonly string[]; readonly value: Value | undefined };
type Action = (scope: Scope) => Change;

/**
 * Compiles an update expression. Supports what the service uses: SET with `+`, `-` and `if_not_exists`, REMOVE, and ADD of
 * numbers. All actions read the item as it was before the update.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export const updateOf = memoized((text: string): ((scope: Scope) => Item) => {
  const parser = createParser(text);
  const actions: Action[] = [];
  while (!parser.atEnd()) {
    const clause = clauses[parser.next().toUpperCase()];
    if (clause === undefined) throw new InvalidRequest(`The simulation does not support: ${text}`);
    do actions.push(clause(parser));
    while (parser.accept(','));
  }
  return (scope) => {
    let item = scope.item ?? {};
    for (const { path, value } of actions.map((action) => action(scope))) item = withChange(item, path, value);
    return item;
  };
});

const clauses: Readonly<Record<string, (parser: Parser) => Action>> = {
  SET(parser) {
    const path = parser.path();
    parser.expect('=');
    const value = sum(parser);
    return (scope) => ({ path: path(scope), value: value(scope) });
  },
  REMOVE(parser) {
    const path = parser.path();
    return (scope) => ({ path: path(scope), value: undefined });
  },
  ADD(parser) {
    const path = parser.path();
    const added = parser.next();
    return (scope) => {
      const at = path(scope);
      return { path: at, value: add(lookUp(scope.item, at) ?? { N: '0' }, valueFor(scope, added), 1) };
    };
  },
};

function sum(parser: Parser): (scope: Scope) => Value {
  const first = term(parser);
  const sign = parser.accept('+') ? 1 : parser.accept('-') ? -1 : 0;
  if (sign === 0) return first;
  const second = term(parser);
  return (scope) => add(first(scope), second(scope), sign);
}

function term(parser: Parser): (scope: Scope) => Value {
  const token = parser.peek() ?? '';
  if (token.startsWith(':')) {
    parser.next();
    return (scope) => valueFor(scope, token);
  }
  if (token !== 'if_not_exists') return present(parser.path());
  parser.next();
  parser.expect('(');
  const path = parser.path();
  parser.expect(',');
  const otherwise = term(parser);
  parser.expect(')');
  return (scope) => {
    // DynamoDB evaluates the fallback even if it is not needed.
    const fallback = otherwise(scope);
    return lookUp(scope.item, path(scope)) ?? fallback;
  };
}

const present =
  (path: Path) =>
  (scope: Scope): Value => {
    const found = lookUp(scope.item, path(scope));
    if (found === undefined) throw new InvalidRequest('The expression refers to an attribute that does not exist');
    return found;
  };

function add(left: Value, right: Value, sign: number): Value {
  if (!('N' in left) || !('N' in right)) throw new InvalidRequest('An operand is not a number');
  return { N: String(Number(left.N) + sign * Number(right.N)) };
}

function withChange(item: Item, path: readonly string[], value: Value | undefined): Item {
  const [name, ...rest] = path;
  if (name === undefined) throw new InvalidRequest('Empty path');
  if (rest.length > 0) {
    const inner = item[name];
    if (inner === undefined || !('M' in inner)) throw new InvalidRequest('The document path is invalid for update');
    return { ...item, [name]: { M: withChange(inner.M, rest, value) } };
  }
  if (value !== undefined) return { ...item, [name]: value };
  const { [name]: _removed, ...others } = item;
  return others;
}
