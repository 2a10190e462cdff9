import { publicEndpoint } from '../../lib/http/public-endpoint.ts';
import { config } from '../../lib/platform/config.ts';
import { createDocuments } from '../../lib/platform/dynamodb.ts';
import { createInventory } from '../../lib/products/inventory.ts';
import { soldOf } from '../../lib/products/product.ts';
import { getProductTotalContract } from './contracts.ts';

const inventory = createInventory({ documents: createDocuments(), ...config });

export const handler = publicEndpoint(getProductTotalContract, async ({ params }) => {
  const { product, shards } = await inventory.readOne(params.product_id);
  return { body: { product_id: product.id, total_quantity: soldOf(shards) } };
});
