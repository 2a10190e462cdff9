import { isDeepStrictEqual } from 'node:util';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import * as z from 'zod/mini';
import { awaitAll } from '../../lib/platform/await-all.ts';
import { batchGet } from '../../lib/platform/batch-get.ts';
import type { Documents } from '../../lib/platform/dynamodb.ts';
import type { StoredItem } from '../../lib/platform/transaction.ts';
import { ledgerProblems } from './ledger.ts';
import { OperatorError } from './operator-error.ts';
import { pagesOf } from './table-scan.ts';

/** The tables that change together, and their keys. Counters of rate limits are not restored. */
const keys = {
  accounts: 'id',
  products: 'id',
  stock: 'shard_id',
  carts: 'customer_id',
  orders: 'id',
  purchases: 'customer_id',
};

const parallelWrites = 32;

interface RestoreDeps {
  readonly documents: Documents;
  readonly confirm: (consequence: string, answer: string) => Promise<void>;
}

/** Prefixes of tables: those that were restored, and those of the stage. */
interface Restore {
  readonly from: string;
  readonly to: string;
}

/**
 * Makes the tables of a stage equal to restored ones: writes the items that differ and deletes those that were not restored.
 * The tables keep their streams, indexes and settings. No function may run meanwhile. Safe to repeat, also after an
 * interruption.
 *
 * @returns what was written, one line for each table
 * @throws {OperatorError} if the restored tables do not reconcile, or without confirmation; nothing was changed
 * @throws {Error} if the tables of the stage do not reconcile afterwards, because something else wrote to them
 */
export async function restoreTables({ documents, confirm }: RestoreDeps, { from, to }: Restore): Promise<string> {
  const wrong = await ledgerProblems(documents, from);
  if (wrong.length > 0)
    throw new OperatorError(`The restored tables do not reconcile. Nothing was changed.\n${wrong.join('\n')}`);
  await confirm(`This makes the tables ${to}-* equal to ${from}-*. All functions must be stopped.`, to);
  const results: string[] = [];
  for (const [table, key] of Object.entries(keys))
    results.push(await restoreTable(documents, { from: `${from}-${table}`, to: `${to}-${table}` }, key));
  const left = await ledgerProblems(documents, to);
  if (left.length > 0)
    throw new Error(`The tables do not reconcile. Stop all functions and repeat the command.\n${left.join('\n')}`);
  return results.join('\n');
}

/** Compares page by page, so that tables of any size fit into memory. */
async function restoreTable(documents: Documents, { from, to }: Restore, key: string): Promise<string> {
  const limit = pLimit(parallelWrites);
  const keyOf = (item: StoredItem) => z.string().parse(item[key]);
  const findIn = async (table: string, items: readonly StoredItem[]) => {
    const found = await batchGet(
      documents,
      items.map((item) => ({ table, key: { [key]: keyOf(item) } })),
    );
    return new Map((found.get(table) ?? []).map((item) => [keyOf(item), item]));
  };

  let [written, deleted] = [0, 0];
  for await (const restored of pagesOf(documents, from)) {
    const current = await findIn(to, restored);
    const different = restored.filter((item) => !isDeepStrictEqual(current.get(keyOf(item)), item));
    await awaitAll(
      different.map((Item) => limit(() => documents.send(new PutCommand({ TableName: to, Item: { ...Item } })))),
    );
    written += different.length;
  }
  for await (const current of pagesOf(documents, to)) {
    const restored = await findIn(from, current);
    const surplus = current.map(keyOf).filter((id) => !restored.has(id));
    await awaitAll(
      surplus.map((id) => limit(() => documents.send(new DeleteCommand({ TableName: to, Key: { [key]: id } })))),
    );
    deleted += surplus.length;
  }
  return `${to}: ${written} written, ${deleted} deleted`;
}
