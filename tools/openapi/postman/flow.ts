/** One request of the collection: an operation, what it sends, and what later requests learn from its reply. */
export interface Step {
  readonly operation: string;
  /** In place of the operation's summary; names are unique, because a request can be jumped to. */
  readonly name?: string;
  /** The variable that holds the token; without it none is sent. */
  readonly token?: 'adminToken' | 'guestToken' | 'userToken';
  /** Fields as JSON text, in place of those of the document's example; undefined leaves one out. */
  readonly body?: Readonly<Record<string, string | undefined>>;
  /** Values of parameters, by name; optional ones that are not here are switched off. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Lines of the scripts before and after the request. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Further statuses that are as good. */
  readonly alsoFine?: readonly number[];
  /** Variable → field of the reply. */
  readonly saves?: Readonly<Record<string, string>>;
}

const confirmed =
  "pm.test('is CONFIRMED', () => pm.expect(pm.response.json().status).to.equal('CONFIRMED'));";
const cancelled =
  "pm.test('is CANCELLED', () => pm.expect(pm.response.json().status).to.equal('CANCELLED'));";
const pollName = 'Wait until the order is decided';

/** From an empty store to a confirmed order, both ways, in the order in which "Run collection" sends it. */
export const flow: Readonly<Record<string, readonly Step[]>> = {
  auth: [
    {
      operation: 'register',
      name: 'Register the ADMIN',
      body: { email: '"{{adminEmail}}"', password: '"{{adminPassword}}"', role: '"ADMIN"' },
      before: [
        "const secret = pm.variables.get('bootstrapSecret');",
        "if (secret) pm.request.headers.add({ key: 'Bootstrap-Secret', value: secret });",
      ],
      // An earlier run has made it already; whether it is ours shows when it logs in.
      alsoFine: [403, 409],
    },
    {
      operation: 'login',
      name: 'Log in as the ADMIN',
      body: { email: '"{{adminEmail}}"', password: '"{{adminPassword}}"' },
      saves: { adminToken: 'access_token' },
    },
    {
      operation: 'register',
      name: 'Register a customer',
      body: { email: '"{{userEmail}}"', password: '"{{userPassword}}"', role: undefined },
      before: [
        "pm.collectionVariables.set('userEmail', pm.variables.replaceIn('{{$guid}}@example.com'));",
        "pm.collectionVariables.set('userPassword', pm.variables.replaceIn('{{$guid}}'));",
      ],
    },
    {
      operation: 'login',
      name: 'Log in as the customer',
      body: { email: '"{{userEmail}}"', password: '"{{userPassword}}"' },
      saves: { userToken: 'access_token' },
    },
  ],
  product: [
    {
      operation: 'createProduct',
      token: 'adminToken',
      body: { limit_per_customer: undefined },
      saves: { productId: 'id' },
    },
    { operation: 'addStock', token: 'adminToken', body: { product_id: '"{{productId}}"' } },
    {
      operation: 'getProduct',
      parameters: { product_id: '{{productId}}' },
      after: ["pm.collectionVariables.set('etag', pm.response.headers.get('ETag'));"],
    },
    {
      operation: 'updateProduct',
      token: 'adminToken',
      parameters: { product_id: '{{productId}}', 'If-Match': '{{etag}}' },
      body: { limit_per_customer: undefined },
    },
    { operation: 'addProduct', token: 'adminToken', saves: { otherProductId: 'id' } },
    { operation: 'listProducts', parameters: { limit: '10' } },
    { operation: 'listProductsAll', name: 'The same list, at its other path', parameters: { limit: '10' } },
    { operation: 'deleteProduct', token: 'adminToken', parameters: { product_id: '{{otherProductId}}' } },
  ],
  customer: [{ operation: 'addCustomer', saves: { guestId: 'id', guestToken: 'access_token' } }],
  cart: [
    {
      operation: 'addToCart',
      token: 'guestToken',
      body: { customer_id: '"{{guestId}}"', product_id: '"{{productId}}"' },
    },
    {
      operation: 'removeFromCart',
      token: 'guestToken',
      body: { customer_id: '"{{guestId}}"', product_id: '"{{productId}}"' },
    },
    {
      operation: 'addToCart',
      name: 'Puts it in again, to be ordered',
      token: 'guestToken',
      body: { customer_id: '"{{guestId}}"', product_id: '"{{productId}}"' },
      saves: { cartTotal: 'total' },
    },
    { operation: 'getCart', token: 'guestToken', parameters: { customer_id: '{{guestId}}' } },
  ],
  order: [
    {
      operation: 'checkout',
      token: 'guestToken',
      parameters: { 'Idempotency-Key': '{{idempotencyKey}}' },
      body: { customer_id: '"{{guestId}}"', expected_total: '{{cartTotal}}' },
      before: ["pm.collectionVariables.set('idempotencyKey', pm.variables.replaceIn('{{$guid}}'));"],
      after: [confirmed],
      saves: { orderId: 'id' },
    },
    {
      operation: 'getOrder',
      token: 'guestToken',
      parameters: { order_id: '{{orderId}}' },
      after: [confirmed],
    },
    { operation: 'getProductTotal', parameters: { product_id: '{{productId}}' } },
    {
      operation: 'submitOrder',
      token: 'userToken',
      parameters: { 'Idempotency-Key': '{{idempotencyKey}}' },
      body: { items: '[{ "id": "{{productId}}", "quantity": 2 }]' },
      before: ["pm.collectionVariables.set('idempotencyKey', pm.variables.replaceIn('{{$guid}}'));"],
      after: ["pm.collectionVariables.set('pollsLeft', 100);"],
      saves: { submittedOrderId: 'id' },
    },
    {
      operation: 'getOrder',
      name: pollName,
      token: 'userToken',
      parameters: { order_id: '{{submittedOrderId}}' },
      after: [
        "const pollsLeft = pm.collectionVariables.get('pollsLeft') - 1;",
        "pm.collectionVariables.set('pollsLeft', pollsLeft);",
        "if (pm.response.json().status === 'PENDING' && pollsLeft > 0) {",
        `  pm.execution.setNextRequest('${pollName}');`,
        '  setTimeout(() => {}, 200); // the request ends when the timer has',
        '} else {',
        `  ${confirmed}`,
        '}',
      ],
    },
    { operation: 'listOrders', token: 'userToken', parameters: { limit: '10' } },
    {
      operation: 'cancelOrder',
      token: 'userToken',
      parameters: { order_id: '{{submittedOrderId}}' },
      after: [cancelled],
    },
  ],
};

/** Every variable, with its value before the first run. */
export const variables: Readonly<Record<string, string>> = {
  baseUrl: 'http://127.0.0.1:3000',
  bootstrapSecret: '',
  adminEmail: 'admin@example.com',
  adminPassword: 'twelve twelve',
  adminToken: '',
  userEmail: '',
  userPassword: '',
  userToken: '',
  guestId: '',
  guestToken: '',
  productId: '',
  otherProductId: '',
  etag: '',
  cartTotal: '',
  idempotencyKey: '',
  orderId: '',
  submittedOrderId: '',
  pollsLeft: '',
};
