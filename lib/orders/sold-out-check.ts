import type { Inventory } from '../products/inventory.ts';
import { stockOf } from '../products/product.ts';
import type { RequestedLine } from './confirm/allocation.ts';
import { createInventorySnapshot } from './confirm/inventory-snapshot.ts';
import { type ShortLine, shortOf } from './order.ts';

/** Finds lines that exceed the stock as cached within the last second, without a request to the database. */
export function cachedShortage(inventory: Inventory, lines: readonly RequestedLine[]): ShortLine[] {
  return shortLines(lines, ({ product_id }) => inventory.cachedStock(product_id));
}

/**
 * Finds lines that exceed the stock, reading each product at most once per second and container.
 *
 * A sold-out product costs each container one read per second instead of one write per order. Concurrent callers wait
 * for the read in flight.
 */
export async function findShortage(inventory: Inventory, lines: readonly RequestedLine[]): Promise<ShortLine[]> {
  const cached = cachedShortage(inventory, lines);
  if (cached.length > 0) return cached;
  const due = lines.filter(({ product_id }) => inventory.claimStockCheck(product_id));
  if (due.length > 0) return inventory.runStockCheck(idsOf(due), () => readShortage(inventory, due));
  await inventory.awaitStockCheck(idsOf(lines));
  return cachedShortage(inventory, lines);
}

/** Reads the stock twice if the first read shows a shortage: see `confirmsShortage`. */
async function readShortage(inventory: Inventory, lines: readonly RequestedLine[]): Promise<ShortLine[]> {
  const snapshot = createInventorySnapshot(inventory, [{ lines }]);
  const read = async () => {
    const products = await snapshot.read();
    return shortLines(lines, ({ product_id }) => stockOf(products.get(product_id)?.shards ?? []));
  };
  if ((await read()).length === 0) return [];
  const short = await read();
  return snapshot.confirmsShortage(short) ? short : [];
}

const shortLines = (
  lines: readonly RequestedLine[],
  stockOfLine: (line: RequestedLine) => number | undefined,
): ShortLine[] =>
  lines.flatMap((line) => {
    const stock = stockOfLine(line);
    return stock !== undefined && stock < line.quantity ? [shortOf(line, stock)] : [];
  });

const idsOf = (lines: readonly RequestedLine[]) => lines.map(({ product_id }) => product_id);
