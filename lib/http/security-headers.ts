import httpSecurityHeaders from '@middy/http-security-headers';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** What OWASP's REST Security Cheat Sheet asks of replies that are no pages; the rest of the set is for pages. */
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

/** Puts the policy of a page in place of the strict one, but not on an error, which is no page. */
export const pagePolicy = (policy: string) => ({
  after({ response }: { response: APIGatewayProxyStructuredResultV2 | undefined }) {
    if (response !== undefined) response.headers = { ...response.headers, 'Content-Security-Policy': policy };
  },
});
