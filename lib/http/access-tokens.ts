import { createAccessTokens } from '../accounts/access-token.ts';
import { config } from '../platform/config.ts';
import { createParameters } from '../platform/parameters.ts';

export const parameters = createParameters();

/** The store's one issuer and verifier of access tokens; its keys are read at the first use. */
export const accessTokens = createAccessTokens({
  parameters,
  keysParameter: config.tokenKeysParameter,
  issuer: config.tokenIssuer,
  audience: config.tokenAudience,
});
