import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** Sets the headers that OWASP's REST Security Cheat Sheet recommends for APIs; the disabled ones are for pages. */
export const securityHeaders = () =>
  httpSecurityHeaders({
    contentSecurityPolicy: { 'default-src': "'none'", 'frame-ancestors': "'none'" },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    crossOriginResourcePolicy: false,
    dnsPrefetchControl: false,
    downloadOptions: false,
    originAgentCluster: false,
    permissionsPolicy: false,
    permittedCrossDomainPolicies: false,
  });

/** Replaces the deny-all policy by that of an HTML page. Error responses keep the deny-all policy. */
export const pagePolicy = (policy: string) => ({
  after({ response }: { response: APIGatewayProxyStructuredResultV2 | undefined }) {
    if (response !== undefined) response.headers = { ...response.headers, 'Content-Security-Policy': policy };
  },
});
