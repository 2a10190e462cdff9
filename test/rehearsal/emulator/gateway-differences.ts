const preflight = 'handles every OPTIONS request as a CORS preflight';

/** Requests of `gatewayCases` that MiniStack handles differently, and how. */
export const gatewayDifferences: Readonly<Record<string, string>> = {
  OPTIONS: preflight,
  'OPTIONS without Access-Control-Request-Method': preflight,
  'OPTIONS of an unknown path': preflight,
  'a CORS preflight': 'does not read the CORS configuration of a CloudFormation template, and returns 403',
  'GET //product': 'matches the route /product',
};
