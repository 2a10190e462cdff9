import * as z from 'zod/mini';
import { givenTwice, invalidRequest } from './invalid-request.ts';

/** Of the parameters of an operation, by their names. */
type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** As JSON writes an integer: no sign `+`, no zeros in front, no exponent. */
const integer = /^(0|-?[1-9]\d*)$/;

/**
 * The parameters of a query string; integers are numbers where the operation takes a number. It is read raw, because
 * API Gateway joins the values of a repeated parameter with commas.
 *
 * @throws {DomainError} `invalid_request` naming the parameters that are unknown or given more than once
 */
export function readQuery(rawQueryString: string, shape: Shape): Record<string, string | number> {
  const parameters = new URLSearchParams(rawQueryString);
  const errors = [...new Set(parameters.keys())].flatMap((path) => {
    if (!Object.hasOwn(shape, path)) return [{ path, message: 'unknown parameter' }];
    return parameters.getAll(path).length > 1 ? [givenTwice(path)] : [];
  });
  if (errors.length > 0) throw invalidRequest(errors);
  return Object.fromEntries(
    [...parameters].map(([name, text]) => [
      name,
      isNumber(shape[name]) && integer.test(text) ? Number(text) : text,
    ]),
  );
}

/** Also one that may be left out. By these classes, because `z.core` as a value would double every bundle. */
const isNumber = (schema: z.core.$ZodType | undefined): boolean =>
  schema instanceof z.ZodMiniNumber ||
  ((schema instanceof z.ZodMiniDefault || schema instanceof z.ZodMiniOptional) &&
    isNumber(schema._zod.def.innerType));
