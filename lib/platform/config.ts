import * as z from 'zod/mini';

const environment = z.object({
  STAGE: z.string().check(z.minLength(1)),
  TABLE_PREFIX: z.string().check(z.minLength(1)),
  PARAMETER_PREFIX: z.string().check(z.startsWith('/')),
  CURRENCY: z.string().check(z.regex(/^[A-Z]{3}$/)),
});

/** The one place that reads the environment. A missing variable stops the function at its first start. */
function readConfig() {
  const env = environment.parse(process.env);
  return {
    stage: env.STAGE,
    /** ISO 4217; every price and total of this store is in its minor unit. */
    currency: env.CURRENCY,
    accountsTable: `${env.TABLE_PREFIX}-accounts`,
    productsTable: `${env.TABLE_PREFIX}-products`,
    stockTable: `${env.TABLE_PREFIX}-stock`,
    cartsTable: `${env.TABLE_PREFIX}-carts`,
    ordersTable: `${env.TABLE_PREFIX}-orders`,
    purchasesTable: `${env.TABLE_PREFIX}-purchases`,
    tokenIssuer: `sellout/${env.STAGE}`,
    tokenAudience: `sellout/${env.STAGE}/api`,
    tokenKeysParameter: `${env.PARAMETER_PREFIX}/token-keys`,
    bootstrapSecretParameter: `${env.PARAMETER_PREFIX}/bootstrap-secret`,
  };
}

export const config = readConfig();
