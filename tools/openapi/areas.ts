import type { Area } from './area.ts';
import { accounts } from './areas/accounts.ts';
import { carts } from './areas/carts.ts';
import { orders } from './areas/orders.ts';
import { products } from './areas/products.ts';
import { service } from './areas/service.ts';

/** All areas of the API, in the order of the document. */
export const areas: readonly Area[] = [accounts, products, carts, orders, service];
