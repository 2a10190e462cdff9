import * as z from 'zod';

const admin = { email: 'admin@example.com', password: 'correct horse battery staple' };
const goods = [
  { name: 'Canvas sneakers', stock: 100, price: 4_990 },
  { name: 'Mechanical keyboard', stock: 25, price: 12_900 },
  { name: 'Concert ticket', stock: 1_000, price: 7_500, stock_shards: 8 },
];

const problem = z.object({ code: z.optional(z.string()) });
const login = z.object({ access_token: z.string() });
const product = z.object({ id: z.string() });
const customer = z.object({ id: z.string(), access_token: z.string() });

/**
 * Adds an ADMIN, three products and a guest customer over HTTP. It can run again on the same data.
 *
 * @returns shell commands to paste, with valid tokens and IDs
 */
export async function runDemo(url: string, signal?: AbortSignal): Promise<string> {
  const post = async (path: string, body: object, token?: string) => {
    const headers = {
      'Content-Type': 'application/json',
      ...(token && { Authorization: `Bearer ${token}` }),
    };
    const request: RequestInit = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(url + path, signal ? { ...request, signal } : request);
    const value: unknown = await response.json();
    const taken = response.status === 409 && problem.parse(value).code === 'email_taken';
    if (!response.ok && !taken) throw new Error(`POST ${path} returned ${response.status}: ${JSON.stringify(value)}`);
    return value;
  };

  await post('/auth/register', { ...admin, role: 'ADMIN' });
  const { access_token: adminToken } = login.parse(await post('/auth/login', admin));
  const products: string[] = [];
  for (const item of goods) products.push(product.parse(await post('/product', item, adminToken)).id);
  const shopper = customer.parse(await post('/customer/add', { username: 'demo' }));
  return requests(url, { adminToken, customerToken: shopper.access_token, customerId: shopper.id, products });
}

interface Demo {
  adminToken: string;
  customerToken: string;
  customerId: string;
  products: string[];
}

function requests(url: string, { adminToken, customerToken, customerId, products }: Demo): string {
  const json = (body: object) => `-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  const as = (name: string) => `-H "Authorization: Bearer $${name}"`;
  const product_id = products[0];
  const key = crypto.randomUUID();
  return `
# Paste these commands into a shell. The ADMIN is ${admin.email} with password "${admin.password}".
ADMIN=${adminToken}
CUSTOMER=${customerToken}

# list the products
curl ${url}/product
# add two units of the first product to the cart, read the cart, check out
curl ${url}/cart/add ${as('CUSTOMER')} ${json({ customer_id: customerId, product_id, quantity: 2 })}
curl ${url}/cart/${customerId} ${as('CUSTOMER')}
curl ${url}/order/add ${as('CUSTOMER')} -H 'Idempotency-Key: ${key}' ${json({ customer_id: customerId })}
# read the total sold
curl ${url}/order/product/${product_id}
# restock ten units
curl ${url}/product/add-stock ${as('ADMIN')} ${json({ product_id, stock: 10 })}
`;
}
