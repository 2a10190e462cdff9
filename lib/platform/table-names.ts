/** Table names of a deployment, as deploy/tables.yml creates them. */
export const tableNames = (prefix: string) => ({
  accountsTable: `${prefix}-accounts`,
  productsTable: `${prefix}-products`,
  stockTable: `${prefix}-stock`,
  cartsTable: `${prefix}-carts`,
  ordersTable: `${prefix}-orders`,
  rateLimitsTable: `${prefix}-rate_limits`,
  purchasesTable: `${prefix}-purchases`,
});
