import { afterAll, describe, inject } from 'vitest';
import { gatewaySteps } from './steps/gateway.ts';
import { operationSteps } from './steps/operations.ts';
import { orderSteps } from './steps/orders.ts';
import { saleSteps } from './steps/sale.ts';
import { type DeployedShop, openDeployedShop } from './steps/shop.ts';

let shop: Promise<DeployedShop> | undefined;
const openShop = () => {
  shop ??= openDeployedShop(inject('target'), inject('admin'));
  return shop;
};
afterAll(async () => (await shop)?.cleanUp());

describe('the deployed service', () => {
  orderSteps(openShop);
  operationSteps(openShop);
  gatewaySteps(openShop);
  saleSteps(openShop);
});
