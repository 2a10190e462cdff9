import type * as z from 'zod/mini';
import type { Contract } from '../../lib/http/contract.ts';

/** A named schema of the document, with what a reader needs beside it. Its example is checked by tests. */
export interface Component {
  readonly name: string;
  readonly schema: z.ZodMiniType;
  readonly description: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly example: unknown;
  /** What the schema checks by code, said in JSON Schema. */
  readonly also?: { readonly minProperties: number };
}

interface OperationWords {
  readonly description: string;
  /** In place of its component's. */
  readonly replyExample?: unknown;
}

/** Some operations and what the document says about them beyond their contracts. */
export interface Area {
  readonly contracts: readonly Contract[];
  /** Bodies that clients send, and parts of them. */
  readonly requests: readonly Component[];
  /** Bodies that clients get, and parts of them. */
  readonly replies: readonly Component[];
  readonly operations: Readonly<Record<string, OperationWords>>;
}

/**
 * Names an object's schema; it does not compile until every field is described and the example fits.
 *
 * @throws {Error} when there is no schema: a contract whose reply has no body
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
