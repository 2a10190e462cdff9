import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import * as z from 'zod/mini';

/** The DynamoDB tables of every stage. */
export const tablesFile = join(import.meta.dirname, 'tables.yml');

/** The cache that a stage may have, and its network. */
export const cacheFile = join(import.meta.dirname, 'cache.yml');

const serviceConfig = z.object({
  service: z.string(),
  params: z.record(z.string(), z.unknown()),
  custom: z.record(z.string(), z.unknown()),
  functions: z.record(z.string(), z.object({ handler: z.string(), events: z.array(z.unknown()) })),
});
export type ServiceConfig = z.output<typeof serviceConfig>;

/** Reads serverless.yml. Variables such as `${param:currency}` stay text, and CloudFormation tags are ignored. */
export const readServiceConfig = (): ServiceConfig =>
  serviceConfig.parse(parseYamlFile(join(import.meta.dirname, '../serverless.yml')).toJS());

const tableResources = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Properties: z.object({
        GlobalSecondaryIndexes: z.optional(z.array(z.object({ IndexName: z.string() }))),
        WarmThroughput: z.optional(z.unknown()),
      }),
    }),
  ),
});

export interface TableOutline {
  /** The logical id, such as `OrdersTable`. */
  readonly name: string;
  readonly indexes: readonly string[];
  /** Whether a sale writes to the table, which therefore has warm throughput. */
  readonly isWarm: boolean;
}

/** Reads the names of the tables in tables.yml, with their indexes. */
export const readTableOutlines = (): TableOutline[] =>
  Object.entries(tableResources.parse(parseYamlFile(tablesFile).toJS()).Resources).map(([name, { Properties }]) => ({
    name,
    indexes: (Properties.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName),
    isWarm: Properties.WarmThroughput !== undefined,
  }));

/**
 * Parses a YAML file that may contain merge keys (`<<`) and CloudFormation tags (`!Ref`).
 *
 * @throws {Error} on a syntax error
 */
export function parseYamlFile(file: string): Document.Parsed {
  const document = parseDocument(readFileSync(file, 'utf8'), { logLevel: 'error', merge: true });
  const [syntaxError] = document.errors;
  if (syntaxError) throw new Error(`${file} is not valid YAML`, { cause: syntaxError });
  return document;
}
