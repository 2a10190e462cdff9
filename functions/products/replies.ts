import { config } from '../../lib/platform/config.ts';
import { etagOf, type StockedProduct, viewOf } from '../../lib/products/product.ts';

/** How every operation shows one product. */
export function productReply(stocked: StockedProduct) {
  const body = viewOf(stocked, config.currency);
  return { body, headers: { ETag: etagOf(body) } };
}

/** How it shows one that is new. */
export function newProductReply(stocked: StockedProduct) {
  const { body, headers } = productReply(stocked);
  return { body, headers: { ...headers, Location: `/product/${body.id}` } };
}
