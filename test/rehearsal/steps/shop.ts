import * as z from 'zod/mini';
import { type Actor, type ApiShop, createApiShop } from '../../support/api-driver/api-driver.ts';
import { type Client, createClient, expectResponse } from '../../support/api-driver/client.ts';
import { tokenSchema } from '../../support/api-driver/response-schemas.ts';
import { operationAt } from '../../support/openapi/operations.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** A shop on a deployed stage. */
export interface DeployedShop extends ApiShop {
  readonly url: string;
  readonly adminToken: string;
  /** The routes that have responded with a success, such as `GET /product`. */
  readonly succeeded: ReadonlySet<string>;
  /** Cancels the orders and deletes the products that were created through the shop's clients. */
  cleanUp(): Promise<void>;
}
/** Logs in as ADMIN at most once. */
export type OpenShop = () => Promise<DeployedShop>;

const created = z.object({ id: z.uuid() });
const productPaths = ['/product', '/product/add'];
const orderPaths = ['/order', '/order/add'];

export async function openDeployedShop(url: string, { email, password }: Credentials): Promise<DeployedShop> {
  const succeeded = new Set<string>();
  const products = new Set<string>();
  const orders = new Set<string>();
  const anyone = createClient(url, undefined, (method, path, { status, body }) => {
    if (status >= 300) return;
    const operation = operationAt(method, path);
    if (operation !== undefined) succeeded.add(`${operation.method} ${operation.path}`);
    if (method !== 'POST') return;
    if (productPaths.includes(path)) products.add(created.parse(body).id);
    if (orderPaths.includes(path)) orders.add(created.parse(body).id);
  });
  const login = await anyone.post('/auth/login', { email, password });
  const adminToken = expectResponse(login, 200, tokenSchema).access_token;
  const admin: Actor = { id: '', api: anyone.as(adminToken) };
  return {
    ...createApiShop(anyone, admin),
    url,
    adminToken,
    succeeded,
    cleanUp: async () => {
      // Rejected and cancelled orders stay as they are.
      for (const id of orders) await expectStatus(admin.api, 'POST', `/order/${id}/cancel`, [200, 409]);
      for (const id of products) await expectStatus(admin.api, 'DELETE', `/product/${id}`, [204, 404]);
    },
  };
}

async function expectStatus(api: Client, method: string, path: string, expected: readonly number[]): Promise<void> {
  const { status } = await api.send(method, path);
  if (!expected.includes(status)) throw new Error(`${method} ${path} returned ${status}`);
}
