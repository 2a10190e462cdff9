/** The layers of the code, see docs/architecture.md. */
const outside = (allowed) => ({ path: '^(functions|lib|localstack|test)/', pathNot: allowed });
const rule = (name, from, to) => ({ name, severity: 'error', from, to });

export default {
  forbidden: [
    rule('no-circular', {}, { circular: true }),
    rule(
      'platform-imports-nothing-of-ours',
      { path: '^lib/platform/' },
      outside('^lib/platform/|^lib/errors\\.ts$'),
    ),
    rule('errors-import-nothing', { path: '^lib/errors\\.ts$' }, outside('^$')),
    rule('cache-imports-only-platform', { path: '^lib/cache/' }, outside('^lib/(cache|platform)/')),
    rule('accounts', { path: '^lib/accounts/' }, outside('^lib/(accounts|platform)/|^lib/errors\\.ts$')),
    rule(
      'products',
      { path: '^lib/products/' },
      outside('^lib/(products|cache|platform)/|^lib/errors\\.ts$'),
    ),
    rule('carts', { path: '^lib/carts/' }, outside('^lib/(carts|products|platform)/|^lib/errors\\.ts$')),
    rule(
      'orders',
      { path: '^lib/orders/' },
      outside('^lib/(orders|carts|products|platform)/|^lib/errors\\.ts$'),
    ),
    rule('rate-limit', { path: '^lib/rate-limit/' }, outside('^lib/(rate-limit|platform)/')),
    // A program that people run; nothing that is deployed needs it.
    rule('ops', { path: '^lib/ops/' }, outside('^lib/(ops|accounts|orders|platform)/|^lib/errors\\.ts$')),
    // Part of the build: serverless.yml names it.
    rule('bundling-imports-nothing-of-ours', { path: '^lib/bundling/' }, outside('^lib/bundling/')),
    rule('bundling-is-no-library', { pathNot: '^(lib/bundling|test)/' }, { path: '^lib/bundling/' }),
    rule('ops-is-no-library', { pathNot: '^(lib/ops|test)/' }, { path: '^lib/ops/' }),
    rule(
      'lib-knows-no-functions',
      { path: '^lib/', pathNot: '^lib/openapi/' },
      { path: '^(functions|localstack|test)/' },
    ),
    // The document is made of all contracts. Functions serve the finished file and never the words for it.
    rule(
      'openapi-knows-contracts-only',
      { path: '^lib/openapi/' },
      { path: '^(functions|localstack|test)/', pathNot: '^functions/[^/]+/contracts\\.ts$' },
    ),
    rule(
      'openapi-is-not-for-functions',
      { path: '^(functions|lib|localstack)/', pathNot: '^lib/openapi/' },
      { path: '^lib/openapi/' },
    ),
    rule(
      'functions-import-only-contracts-and-replies-beside-them',
      { path: '^functions/([^/]+)/', pathNot: 'contracts\\.ts$' },
      { path: '^functions/', pathNot: '^functions/$1/((contracts|replies)\\.ts$|page/)' },
    ),
    rule(
      'contracts-import-lib-only',
      { path: '^functions/.*contracts\\.ts$' },
      { path: '^(functions|test|localstack)/' },
    ),
    rule('nothing-imports-tests', { pathNot: '^test/' }, { path: '^test/' }),
    rule(
      'aws-sdk-only-in-platform-and-stores',
      { path: '^(functions|lib)/', pathNot: '^lib/platform/|-store\\.ts$' },
      { path: 'node_modules/@aws-sdk/' },
    ),
    rule(
      'middy-only-at-the-edge',
      { path: '^(functions|lib)/', pathNot: '^lib/(http|stream)/' },
      { path: 'node_modules/@middy/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
