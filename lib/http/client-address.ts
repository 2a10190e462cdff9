import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** An IPv6 subscriber can use any address of at least a /64 (RFC 6177). */
const subscriberGroups = 4;

/**
 * Returns the client's address as API Gateway saw it, because clients can forge headers. All addresses of an IPv6 /64
 * count as one.
 */
export async function clientAddressOf({ requestContext }: APIGatewayProxyEventV2): Promise<string> {
  // Loaded on demand: few functions have a limit by address.
  const { default: ipaddr } = await import('ipaddr.js');
  const address = ipaddr.process(requestContext.http.sourceIp);
  if (address instanceof ipaddr.IPv4) return address.toString();
  const groups = address.parts.slice(0, subscriberGroups).map((group) => group.toString(16));
  return `${groups.join(':')}::/64`;
}
