/** One request of the collection: an operation, what it sends, and the response fields that it saves for later requests. */
export interface Step {
  readonly operation: string;
  /** Replaces the summary of the operation. Names are unique, because scripts refer to requests by name. */
  readonly name?: string;
  /** Variable with the access token; the request has no token when it is absent. */
  readonly token?: 'adminToken' | 'guestToken' | 'userToken';
  /** Fields as JSON text that replace those of the document's example; undefined removes a field. */
  readonly body?: Readonly<Record<string, string | undefined>>;
  /** Parameter values by name; other optional parameters are disabled. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Script lines that run before and after the request. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Other statuses that pass the test. */
  readonly otherStatuses?: readonly number[];
  /** Variable → response field. */
  readonly saves?: Readonly<Record<string, string>>;
}

const confirmed = "pm.test('is CONFIRMED', () => pm.expect(pm.response.json().status).to.equal('CONFIRMED'));";
const cancelled = "pm.test('is CANCELLED', () => pm.expect(pm.response.json().status).to.equal('CANCELLED'));";
const pollName = 'Wait until the order is decided';

/** Places an order in both ways, starting with an empty shop, in the order of "Run collection". */
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
      // An earlier run may have registered it; the login checks the password.
      otherStatuses: [403, 409],
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
    { operation: 'listProductsAll', name: 'List products at the other path', parameters: { limit: '10' } },
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
      name: 'Add the product again, to order it',
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
        '  setTimeout(() => {}, 200); // Postman waits for the timer',
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

/** All variables with their initial values. */
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
