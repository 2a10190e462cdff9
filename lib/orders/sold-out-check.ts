import type { Catalog } from '../products/inventory.ts';
import { stockOf } from '../products/product.ts';
import type { WantedLine } from './confirm/allocation.ts';
import { createKnowledge } from './confirm/inventory-snapshot.ts';
import { type ShortLine, shortOf } from './order.ts';

/** Lines that were too much for the stock within the last second, by memory alone. */
export function rememberedShortage(catalog: Catalog, lines: readonly WantedLine[]): ShortLine[] {
  return lines.flatMap((line) => {
    const available = catalog.rememberedStock(line.product_id);
    return available !== undefined && available < line.quantity ? [shortOf(line, available)] : [];
  });
}

/**
 * The same, and once a second and product it looks: so a product that is sold out costs a container one look
 * a second, and not one write for every order that is still sent. Who comes while another looks waits for what is seen.
 */
export async function findShortage(catalog: Catalog, lines: readonly WantedLine[]): Promise<ShortLine[]> {
  const remembered = rememberedShortage(catalog, lines);
  if (remembered.length > 0) return remembered;
  const due = lines.filter(({ product_id }) => catalog.claimLook(product_id));
  if (due.length > 0) return catalog.look(idsOf(due), () => lookFor(catalog, due));
  await catalog.looked(idsOf(lines));
  return rememberedShortage(catalog, lines);
}

const idsOf = (lines: readonly WantedLine[]) => lines.map(({ product_id }) => product_id);

async function lookFor(catalog: Catalog, due: readonly WantedLine[]): Promise<ShortLine[]> {
  const knowledge = createKnowledge(catalog, [{ lines: due }]);
  const look = async () => {
    const supplies = await knowledge.read();
    return due.flatMap((line) => {
      const stock = stockOf(supplies.get(line.product_id)?.shards ?? []);
      return stock < line.quantity ? [shortOf(line, stock)] : [];
    });
  };
  if ((await look()).length === 0) return [];
  const short = await look();
  return knowledge.confirmsShortage(short) ? short : [];
}
