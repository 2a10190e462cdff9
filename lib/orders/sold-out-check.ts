import type { Inventory } from '../products/inventory.ts';
import { stockOf } from '../products/product.ts';
import type { RequestedLine } from './confirm/allocation.ts';
import { createInventorySnapshot } from './confirm/inventory-snapshot.ts';
import { type ShortLine, shortOf } from './order.ts';

/** Lines that were too much for the stock within the last second, by memory alone. */
export function cachedShortage(inventory: Inventory, lines: readonly RequestedLine[]): ShortLine[] {
  return lines.flatMap((line) => {
    const available = inventory.cachedStock(line.product_id);
    return available !== undefined && available < line.quantity ? [shortOf(line, available)] : [];
  });
}

/**
 * The same, and once a second and product it looks: so a product that is sold out costs a container one look
 * a second, and not one write for every order that is still sent. Who comes while another looks waits for what is seen.
 */
export async function findShortage(
  inventory: Inventory,
  lines: readonly RequestedLine[],
): Promise<ShortLine[]> {
  const remembered = cachedShortage(inventory, lines);
  if (remembered.length > 0) return remembered;
  const due = lines.filter(({ product_id }) => inventory.claimStockCheck(product_id));
  if (due.length > 0) return inventory.runStockCheck(idsOf(due), () => lookFor(inventory, due));
  await inventory.awaitStockCheck(idsOf(lines));
  return cachedShortage(inventory, lines);
}

const idsOf = (lines: readonly RequestedLine[]) => lines.map(({ product_id }) => product_id);

async function lookFor(inventory: Inventory, due: readonly RequestedLine[]): Promise<ShortLine[]> {
  const knowledge = createInventorySnapshot(inventory, [{ lines: due }]);
  const look = async () => {
    const snapshots = await knowledge.read();
    return due.flatMap((line) => {
      const stock = stockOf(snapshots.get(line.product_id)?.shards ?? []);
      return stock < line.quantity ? [shortOf(line, stock)] : [];
    });
  };
  if ((await look()).length === 0) return [];
  const short = await look();
  return knowledge.confirmsShortage(short) ? short : [];
}
