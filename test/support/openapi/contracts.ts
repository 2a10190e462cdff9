import * as z from 'zod/mini';
import { areas } from '../../../tools/openapi/areas.ts';

export const requestParts = ['params', 'query', 'headers', 'body'] as const;
export type RequestPart = (typeof requestParts)[number];

/**
 * Every route with its contract. `unit/openapi/routes.test.ts` compares the contracts with serverless.yml.
 */
export const byRoute = areas.flatMap(({ contracts }) =>
  contracts.flatMap((contract) => contract.routes.map((route) => ({ ...contract, route }))),
);

/** A field without fields inside. Its path is the one in error messages, with `0` for any array element. */
export interface Leaf {
  readonly path: string;
  readonly schema: z.core.$ZodType;
}

/** Returns every leaf of a schema. @throws {Error} for an unsupported kind of schema */
export function leavesOf(of: z.core.$ZodType | undefined, path: readonly string[] = []): Leaf[] {
  if (of === undefined) return [];
  const at = path.join('.');
  if (of instanceof z.core.$ZodObject) {
    return Object.entries(of._zod.def.shape).flatMap(([name, field]) => leavesOf(field, [...path, name]));
  }
  if (of instanceof z.core.$ZodArray) return leavesOf(of._zod.def.element, [...path, '0']);
  if (isWrapper(of)) return leavesOf(of._zod.def.innerType, path);
  // Clients control the input of a pipe.
  if (of instanceof z.core.$ZodPipe) return leavesOf(of._zod.def.in, path);
  if (leafKinds.has(of._zod.def.type)) return [{ path: at, schema: of }];
  throw new Error(`${at} has the unsupported kind ${of._zod.def.type}; add it to leavesOf`);
}

const leafKinds = new Set(['string', 'number', 'int', 'boolean', 'enum', 'literal', 'never', 'null']);

const isWrapper = (of: z.core.$ZodType) =>
  of instanceof z.core.$ZodOptional || of instanceof z.core.$ZodNullable || of instanceof z.core.$ZodDefault;

/** Returns every object in a schema and its path, outermost first. */
export function objectsOf(
  of: z.core.$ZodType | undefined,
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly schema: z.core.$ZodObject }[] {
  if (of === undefined) return [];
  if (of instanceof z.core.$ZodObject) {
    const inner = Object.entries(of._zod.def.shape).flatMap(([name, field]) => objectsOf(field, [...path, name]));
    return [{ path, schema: of }, ...inner];
  }
  if (of instanceof z.core.$ZodArray) return objectsOf(of._zod.def.element, [...path, '0']);
  if (isWrapper(of)) return objectsOf(of._zod.def.innerType, path);
  if (of instanceof z.core.$ZodPipe) return objectsOf(of._zod.def.in, path);
  return [];
}
