import httpSecurityHeaders from '@middy/http-security-headers';

/**
 * What OWASP's REST Security Cheat Sheet asks of replies that are no pages; the rest of the set is for pages,
 * which bring a Content-Security-Policy of their own.
 */
export const securityHeaders = ({ isPage }: { isPage: boolean }) =>
  httpSecurityHeaders({
    contentSecurityPolicy: isPage ? false : { 'default-src': "'none'", 'frame-ancestors': "'none'" },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    crossOriginResourcePolicy: false,
    dnsPrefetchControl: false,
    downloadOptions: false,
    originAgentCluster: false,
    permissionsPolicy: false,
    permittedCrossDomainPolicies: false,
  });
