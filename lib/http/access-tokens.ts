import { createAccessTokens } from '../accounts/access-token.ts';
import { systemClock } from '../platform/clock.ts';
import { config } from '../platform/config.ts';
import { createParameters } from '../platform/parameters.ts';

export const parameters = createParameters({ clock: systemClock });

/** Issues and verifies access tokens. Its keys are fetched on first use. */
export const accessTokens = createAccessTokens({
  parameters,
  keysParameter: config.tokenKeysParameter,
  issuer: config.tokenIssuer,
  audience: config.tokenAudience,
  clock: systemClock,
});
