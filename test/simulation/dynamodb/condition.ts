import {
  createParser,
  InvalidRequest,
  lookUp,
  memoized,
  type Parser,
  type Scope,
  valueFor,
} from './expression-parser.ts';
import { isEqual, type Value } from './item.ts';

type Condition = (scope: Scope) => boolean;
type Operand = (scope: Scope) => Value | undefined;

/**
 * Compiles a condition expression. Supports what the service uses: `=`, `<`, `<=`, `>=`, IN, AND, OR, parentheses,
 * `size`, `attribute_exists` and `attribute_not_exists`.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export const conditionOf = memoized((text: string): Condition => {
  const parser = createParser(text);
  const condition = disjunction(parser);
  if (!parser.atEnd()) throw new InvalidRequest(`Unexpected ${parser.peek()} in: ${text}`);
  return condition;
});

function disjunction(parser: Parser): Condition {
  const parts = [conjunction(parser)];
  while (parser.accept('OR')) parts.push(conjunction(parser));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : (scope) => parts.some((part) => part(scope));
}

function conjunction(parser: Parser): Condition {
  const parts = [primary(parser)];
  while (parser.accept('AND')) parts.push(primary(parser));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : (scope) => parts.every((part) => part(scope));
}

function primary(parser: Parser): Condition {
  if (parser.accept('(')) {
    const inner = disjunction(parser);
    parser.expect(')');
    return inner;
  }
  const exists = parser.accept('attribute_exists');
  if (!exists && !parser.accept('attribute_not_exists')) return comparison(parser);
  parser.expect('(');
  const path = parser.path();
  parser.expect(')');
  return (scope) => (lookUp(scope.item, path(scope)) !== undefined) === exists;
}

function comparison(parser: Parser): Condition {
  const left = operand(parser);
  if (parser.accept('IN')) {
    parser.expect('(');
    const choices = [operand(parser)];
    while (parser.accept(',')) choices.push(operand(parser));
    parser.expect(')');
    return (scope) => choices.some((choice) => compares('=', left(scope), choice(scope)));
  }
  const operator = parser.next();
  if (!['=', '<', '<=', '>='].includes(operator))
    throw new InvalidRequest(`The simulation does not support ${operator}`);
  const right = operand(parser);
  return (scope) => compares(operator, left(scope), right(scope));
}

function operand(parser: Parser): Operand {
  const token = parser.peek() ?? '';
  if (token.startsWith(':')) {
    parser.next();
    return (scope) => valueFor(scope, token);
  }
  const isSize = parser.accept('size');
  if (isSize) parser.expect('(');
  const path = parser.path();
  if (!isSize) return (scope) => lookUp(scope.item, path(scope));
  parser.expect(')');
  return (scope) => sizeOf(lookUp(scope.item, path(scope)));
}

/** Returns the `size` of a map. The sizes of other types are not supported. */
const sizeOf = (value: Value | undefined): Value | undefined =>
  value !== undefined && 'M' in value ? { N: String(Object.keys(value.M).length) } : undefined;

/** Compares two operands. The result is false if one is absent or their types differ. */
function compares(operator: string, left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (operator === '=') return isEqual(left, right);
  const order = orderOf(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  return operator === '<=' ? order <= 0 : order >= 0;
}

/** Compares strings by code unit, which equals DynamoDB's byte order for all strings that the service compares. */
function orderOf(left: Value, right: Value): number | undefined {
  if ('N' in left && 'N' in right) return Number(left.N) - Number(right.N);
  if ('S' in left && 'S' in right) return left.S < right.S ? -1 : Number(left.S > right.S);
  return undefined;
}
