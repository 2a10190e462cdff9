/** Environment variables of every function, for tests that import handlers or contracts. */
export const environment = {
  STAGE: 'local',
  TABLE_PREFIX: 'test',
  PARAMETER_PREFIX: '/test',
  EVENT_BUS: 'test-orders',
  CURRENCY: 'EUR',
  CACHE_URL: '',
  LIMIT_AUTH_PER_ADDRESS: '100/60',
  LIMIT_AUTH_PER_ADDRESS_AND_EMAIL: '10/300',
  LIMIT_AUTH_PER_EMAIL: '100/900',
  LIMIT_GUESTS_PER_ADDRESS: '600/60',
  LIMIT_ORDERS_PER_ACCOUNT: '60/60',
};

/**
 * Parameters of serverless.yml that lift the rate limits, for tests that share one service and one address.
 */
export const unlimited = {
  limit_auth_per_address: '1000000/60',
  limit_guests_per_address: '1000000/60',
  limit_orders_per_account: '1000000/60',
};
