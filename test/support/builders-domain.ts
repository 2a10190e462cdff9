import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { OpenOrder, StockSnapshot, StockSnapshots } from '../../lib/orders/confirm/allocation.ts';
import { newId } from '../../lib/platform/ids.ts';
import { type Product, type StockShard, shardId } from '../../lib/products/product.ts';

const createdAt = '2025-12-12T00:00:00.000Z';

/** A product on sale with one shard, without a purchase limit. */
export const productOf = (overrides: Partial<Product> = {}): Product => ({
  id: newId(),
  name: 'Keyboard',
  price: 1_000,
  active: true,
  stock_shards: 1,
  version: 1,
  created_at: createdAt,
  updated_at: createdAt,
  ...overrides,
});

/** Shard `number` of a product, in agreement with it. */
export const shardOf = (
  product: Product,
  number: number,
  overrides: Partial<StockShard> = {},
): StockShard => ({
  shard_id: shardId(product.id, number),
  product_id: product.id,
  shard: number,
  stock: 10,
  sold: 0,
  stock_increases: 0,
  price: product.price,
  active: product.active,
  ...(product.limit_per_customer === undefined ? {} : { limit_per_customer: product.limit_per_customer }),
  product_version: product.version,
  ...overrides,
});

/** A product of which has been read that its shards hold these units. */
export function stocked(stocks: readonly number[], overrides: Partial<Product> = {}) {
  const product = productOf({ stock_shards: Math.max(1, stocks.length), ...overrides });
  return { product, shards: stocks.map((stock, number) => shardOf(product, number, { stock })) };
}

export const snapshotsOf = (...supplies: StockSnapshot[]): StockSnapshots =>
  new Map(supplies.map((supply) => [supply.product.id, supply]));

/** An order of one line, written as one item of its own. */
export function openOrderOf(
  product: Pick<Product, 'id'>,
  quantity = 1,
  overrides: Partial<OpenOrder> = {},
): OpenOrder {
  const id = overrides.id ?? newId();
  return {
    id,
    customer_id: newId(),
    lines: [{ product_id: product.id, quantity }],
    writtenItems: [`order ${id}`],
    ...overrides,
  };
}

/** What API Gateway sends for a request to an HTTP API (payload format 2.0). */
export const eventOf = (overrides: Partial<APIGatewayProxyEventV2> = {}): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: 'POST /thing',
  rawPath: '/thing',
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  isBase64Encoded: false,
  requestContext: {
    accountId: '1',
    apiId: 'api',
    domainName: 'api.example.com',
    domainPrefix: 'api',
    http: { method: 'POST', path: '/thing', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    requestId: 'gateway-1',
    routeKey: 'POST /thing',
    stage: '$default',
    time: '12/Dec/2025:00:00:00 +0000',
    timeEpoch: 1_765_497_600_000,
  },
  ...overrides,
});

export const contextOf = (overrides: Partial<Context> = {}): Context => ({
  callbackWaitsForEmptyEventLoop: true,
  functionName: 'thing',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:1:function:thing',
  memoryLimitInMB: '256',
  awsRequestId: 'request-1',
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 10_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
  ...overrides,
});
