import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** An IPv6 subscriber has at least a /64, and any address in it (RFC 6177). */
const subscriberGroups = 4;

/**
 * Who sent the request, as API Gateway saw it: never what a header says, because a client writes those. All
 * of an IPv6 /64 counts as one.
 */
export async function clientAddressOf({ requestContext }: APIGatewayProxyEventV2): Promise<string> {
  // Every function could count by address, few do.
  const { default: ipaddr } = await import('ipaddr.js');
  const address = ipaddr.process(requestContext.http.sourceIp);
  if (address instanceof ipaddr.IPv4) return address.toString();
  const groups = address.parts.slice(0, subscriberGroups).map((group) => group.toString(16));
  return `${groups.join(':')}::/64`;
}
