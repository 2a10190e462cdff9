import {
  cached,
  createParser,
  InvalidRequest,
  keywordIs,
  lookUp,
  type Parser,
  type Scope,
  valueFor,
} from './expression-parser.ts';
import { isEqual, type Value } from './item.ts';

type Condition = (scope: Scope) => boolean;
type Operand = (scope: Scope) => Value | undefined;

/**
 * Whether a condition holds. Modelled: comparisons, BETWEEN, IN, AND, OR, NOT, parentheses, `size` and the functions
 * below.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export const conditionOf = cached((text: string): Condition => {
  const parser = createParser(text);
  const condition = disjunction(parser);
  if (!parser.atEnd()) throw new InvalidRequest(`${parser.peek()} is too much in: ${text}`);
  return condition;
});

function disjunction(parser: Parser): Condition {
  const parts = [conjunction(parser)];
  while (parser.accept('OR')) parts.push(conjunction(parser));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : (scope) => parts.some((part) => part(scope));
}

function conjunction(parser: Parser): Condition {
  const parts = [negation(parser)];
  while (parser.accept('AND')) parts.push(negation(parser));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : (scope) => parts.every((part) => part(scope));
}

function negation(parser: Parser): Condition {
  if (!parser.accept('NOT')) return primary(parser);
  const inner = negation(parser);
  return (scope) => !inner(scope);
}

function primary(parser: Parser): Condition {
  if (parser.accept('(')) {
    const inner = disjunction(parser);
    parser.expect(')');
    return inner;
  }
  return functionCall(parser) ?? comparison(parser);
}

function functionCall(parser: Parser): Condition | undefined {
  const name = parser.peek() ?? '';
  if (parser.peek(1) !== '(' || keywordIs(name, 'SIZE')) return undefined;
  parser.next();
  parser.expect('(');
  const path = parser.path();
  const found: Operand = (scope) => lookUp(scope.item, path(scope));
  if (name === 'attribute_exists' || name === 'attribute_not_exists') {
    parser.expect(')');
    const wanted = name === 'attribute_exists';
    return (scope) => (found(scope) !== undefined) === wanted;
  }
  parser.expect(',');
  const other = operand(parser);
  parser.expect(')');
  if (name === 'begins_with') {
    return (scope) => {
      const [whole, start] = [found(scope), other(scope)];
      return (
        whole !== undefined &&
        start !== undefined &&
        'S' in whole &&
        'S' in start &&
        whole.S.startsWith(start.S)
      );
    };
  }
  throw new InvalidRequest(`${name} is not modelled`);
}

function comparison(parser: Parser): Condition {
  const left = operand(parser);
  if (parser.accept('BETWEEN')) {
    const low = operand(parser);
    parser.expect('AND');
    const high = operand(parser);
    return (scope) => holds('>=', left(scope), low(scope)) && holds('<=', left(scope), high(scope));
  }
  if (parser.accept('IN')) {
    parser.expect('(');
    const choices = [operand(parser)];
    while (parser.accept(',')) choices.push(operand(parser));
    parser.expect(')');
    return (scope) => choices.some((choice) => holds('=', left(scope), choice(scope)));
  }
  const operator = parser.next();
  if (!['=', '<>', '<', '<=', '>', '>='].includes(operator))
    throw new InvalidRequest(`no operator: ${operator}`);
  const right = operand(parser);
  return (scope) => holds(operator, left(scope), right(scope));
}

function operand(parser: Parser): Operand {
  const token = parser.peek() ?? '';
  if (token.startsWith(':')) {
    parser.next();
    return (scope) => valueFor(scope, token);
  }
  const isSize = keywordIs(token, 'SIZE') && parser.peek(1) === '(';
  if (isSize) {
    parser.next();
    parser.expect('(');
  }
  const path = parser.path();
  if (!isSize) return (scope) => lookUp(scope.item, path(scope));
  parser.expect(')');
  return (scope) => lengthOf(lookUp(scope.item, path(scope)));
}

function lengthOf(value: Value | undefined): Value | undefined {
  if (value === undefined) return undefined;
  if ('S' in value) return { N: String(value.S.length) };
  if ('L' in value) return { N: String(value.L.length) };
  if ('M' in value) return { N: String(Object.keys(value.M).length) };
  return undefined;
}

/** A comparison with what is absent, or with another type, holds for `<>` alone. */
function holds(operator: string, left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return operator === '<>';
  if (operator === '=') return isEqual(left, right);
  if (operator === '<>') return !isEqual(left, right);
  const order = compare(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

/** Texts by their code units, which is the order of their bytes for all that the product compares. */
function compare(left: Value, right: Value): number | undefined {
  if ('N' in left && 'N' in right) return Number(left.N) - Number(right.N);
  if ('S' in left && 'S' in right) return left.S < right.S ? -1 : Number(left.S > right.S);
  return undefined;
}
