import type * as z from 'zod/mini';
import type { Contract } from '../../lib/http/contract.ts';

/** A named schema of the document with its descriptions. Tests check that the example matches the schema. */
export interface Component {
  readonly name: string;
  readonly schema: z.ZodMiniType;
  readonly description: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly example: unknown;
  /** JSON Schema keywords for checks that zod cannot export. */
  readonly also?: { readonly minProperties: number };
}

interface OperationWords {
  readonly description: string;
  /** Replaces the example of the component. */
  readonly responseExample?: unknown;
}

/** The operations of one area, with the descriptions that their contracts do not hold. */
export interface Area {
  readonly contracts: readonly Contract[];
  /** Request bodies and their parts. */
  readonly requests: readonly Component[];
  /** Response bodies and their parts. */
  readonly responses: readonly Component[];
  readonly operations: Readonly<Record<string, OperationWords>>;
}

/**
 * Names an object's schema. It compiles only when every field has a description and the example has the right type.
 *
 * @throws {Error} when `schema` is undefined, because the contract's response has no body
 */
export function component<Shape extends z.core.$ZodShape, Config extends z.core.$ZodObjectConfig>(
  name: string,
  schema: z.ZodMiniObject<Shape, Config> | undefined,
  words: {
    readonly description: string;
    readonly fields: Readonly<Record<keyof Shape & string, string>>;
    readonly example: z.input<z.ZodMiniObject<Shape, Config>>;
    readonly also?: { readonly minProperties: number };
  },
): Component {
  if (schema === undefined) throw new Error(`${name} has no schema`);
  return { name, schema, ...words };
}
