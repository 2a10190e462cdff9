import * as z from 'zod/mini';
import { areas } from '../../../tools/openapi/areas.ts';

export const requestParts = ['params', 'query', 'headers', 'body'] as const;
export type RequestPart = (typeof requestParts)[number];

/** Every route that there is: `unit/openapi/routes.test.ts` compares the contracts with serverless.yml. */
export const byRoute = areas.flatMap(({ contracts }) =>
  contracts.flatMap((contract) => contract.routes.map((route) => ({ ...contract, route }))),
);

/** A value that holds no further fields, by the path that errors name it with; `0` stands for any element. */
export interface Leaf {
  readonly path: string;
  readonly schema: z.core.$ZodType;
}

/** Every leaf of a schema. @throws {Error} for a kind of schema that it does not know how to look into */
export function leavesOf(of: z.core.$ZodType | undefined, path: readonly string[] = []): Leaf[] {
  if (of === undefined) return [];
  const at = path.join('.');
  if (of instanceof z.core.$ZodObject) {
    return Object.entries(of._zod.def.shape).flatMap(([name, field]) => leavesOf(field, [...path, name]));
  }
  if (of instanceof z.core.$ZodArray) return leavesOf(of._zod.def.element, [...path, '0']);
  if (isWrapper(of)) return leavesOf(of._zod.def.innerType, path);
  // What comes in is what a client controls.
  if (of instanceof z.core.$ZodPipe) return leavesOf(of._zod.def.in, path);
  if (leafKinds.has(of._zod.def.type)) return [{ path: at, schema: of }];
  throw new Error(`${at} is of the kind ${of._zod.def.type}: say here how to look into it`);
}

const leafKinds = new Set(['string', 'number', 'int', 'boolean', 'enum', 'literal', 'never', 'null']);

const isWrapper = (of: z.core.$ZodType) =>
  of instanceof z.core.$ZodOptional || of instanceof z.core.$ZodNullable || of instanceof z.core.$ZodDefault;

/** Every object within a schema, outermost first, with the path to it. */
export function objectsOf(
  of: z.core.$ZodType | undefined,
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly schema: z.core.$ZodObject }[] {
  if (of === undefined) return [];
  if (of instanceof z.core.$ZodObject) {
    const inner = Object.entries(of._zod.def.shape).flatMap(([name, field]) =>
      objectsOf(field, [...path, name]),
    );
    return [{ path, schema: of }, ...inner];
  }
  if (of instanceof z.core.$ZodArray) return objectsOf(of._zod.def.element, [...path, '0']);
  if (isWrapper(of)) return objectsOf(of._zod.def.innerType, path);
  if (of instanceof z.core.$ZodPipe) return objectsOf(of._zod.def.in, path);
  return [];
}
