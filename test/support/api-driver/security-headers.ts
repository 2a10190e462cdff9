const needed: readonly (readonly [string, RegExp])[] = [
  [
    'Content-Security-Policy',
    /default-src 'none'.*frame-ancestors 'none'|frame-ancestors 'none'.*default-src 'none'/,
  ],
  ['Strict-Transport-Security', /max-age=\d{7}/],
  ['X-Content-Type-Options', /^nosniff$/],
  ['X-Frame-Options', /^DENY$/],
  ['Referrer-Policy', /^no-referrer$/],
  ['Cache-Control', /./],
];
const unwanted = ['X-Powered-By', 'Server', 'Set-Cookie'];

/** What is wrong with the headers of a reply that is no page, as sentences. */
export const headerFaults = (headers: Headers): string[] => [
  ...needed.flatMap(([name, wanted]) =>
    wanted.test(headers.get(name) ?? '') ? [] : [`${name} is ${JSON.stringify(headers.get(name))}`],
  ),
  ...unwanted.flatMap((name) => (headers.has(name) ? [`there is a ${name}`] : [])),
];
