import * as z from 'zod/mini';
import { givenTwice, invalidRequest } from './invalid-request.ts';

/** Parameter schemas by name. */
type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** An integer as in JSON: no `+`, no leading zeros, no exponent. */
const integer = /^(0|-?[1-9]\d*)$/;

/**
 * Parses a query string, and integers in it where the schema expects a number. Uses the raw string, because API Gateway
 * joins the values of a repeated parameter with commas.
 *
 * @throws {DomainError} `invalid_request` with the unknown and repeated parameters
 */
export function readQuery(rawQueryString: string, shape: Shape): Record<string, string | number> {
  const parameters = new URLSearchParams(rawQueryString);
  const errors = [...new Set(parameters.keys())].flatMap((path) => {
    if (!Object.hasOwn(shape, path)) return [{ path, message: 'Unknown parameter' }];
    return parameters.getAll(path).length > 1 ? [givenTwice(path)] : [];
  });
  if (errors.length > 0) throw invalidRequest(errors);
  return Object.fromEntries(
    [...parameters].map(([name, text]) => [name, isNumber(shape[name]) && integer.test(text) ? Number(text) : text]),
  );
}

/**
 * Unwraps defaults and optionals. Uses these classes, because importing `z.core` as a value would double every bundle.
 */
const isNumber = (schema: z.core.$ZodType | undefined): boolean =>
  schema instanceof z.ZodMiniNumber ||
  ((schema instanceof z.ZodMiniDefault || schema instanceof z.ZodMiniOptional) && isNumber(schema._zod.def.innerType));
