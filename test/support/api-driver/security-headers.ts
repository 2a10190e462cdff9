const required: readonly (readonly [string, RegExp])[] = [
  ['Content-Security-Policy', /default-src 'none'.*frame-ancestors 'none'|frame-ancestors 'none'.*default-src 'none'/],
  ['Strict-Transport-Security', /max-age=\d{7}/],
  ['X-Content-Type-Options', /^nosniff$/],
  ['X-Frame-Options', /^DENY$/],
  ['Referrer-Policy', /^no-referrer$/],
  ['Cache-Control', /./],
];
const unwanted = ['X-Powered-By', 'Server', 'Set-Cookie'];

/** Returns one message for each wrong header of an API response. HTML pages have other headers. */
export const securityHeaderErrors = (headers: Headers): string[] => [
  ...required.flatMap(([name, wanted]) =>
    wanted.test(headers.get(name) ?? '') ? [] : [`${name} is ${JSON.stringify(headers.get(name))}`],
  ),
  ...unwanted.flatMap((name) => (headers.has(name) ? [`unexpected header ${name}`] : [])),
];
