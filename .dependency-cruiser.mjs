/** The layers of the code: see docs/architecture.md. */
const outside = (allowed) => ({ path: '^(functions|lib|deploy|localstack|tools|test)/', pathNot: allowed });
const rule = (name, from, to) => ({ name, severity: 'error', from, to });

export default {
  forbidden: [
    rule('no-circular', {}, { circular: true }),
    rule('platform-imports-only-errors', { path: '^lib/platform/' }, outside('^lib/platform/|^lib/errors\\.ts$')),
    rule('errors-import-nothing', { path: '^lib/errors\\.ts$' }, outside('^$')),
    rule('cache-imports-only-platform', { path: '^lib/cache/' }, outside('^lib/(cache|platform)/')),
    rule('accounts', { path: '^lib/accounts/' }, outside('^lib/(accounts|platform)/|^lib/errors\\.ts$')),
    rule('products', { path: '^lib/products/' }, outside('^lib/(products|cache|platform)/|^lib/errors\\.ts$')),
    rule('carts', { path: '^lib/carts/' }, outside('^lib/(carts|products|platform)/|^lib/errors\\.ts$')),
    rule('orders', { path: '^lib/orders/' }, outside('^lib/(orders|carts|products|platform)/|^lib/errors\\.ts$')),
    rule('rate-limit', { path: '^lib/rate-limit/' }, outside('^lib/(rate-limit|platform)/')),
    rule('lib-imports-only-lib', { path: '^lib/' }, outside('^lib/')),
    rule('functions-import-only-lib', { path: '^functions/' }, outside('^(functions|lib)/')),
    rule('localstack-imports-no-tools', { path: '^localstack/' }, { path: '^tools/' }),
    rule(
      'functions-import-only-their-contracts-and-responses',
      { path: '^functions/([^/]+)/', pathNot: 'contracts\\.ts$' },
      { path: '^functions/', pathNot: '^functions/$1/((contracts|responses)\\.ts$|page/)' },
    ),
    rule('contracts-import-only-lib', { path: '^functions/.*contracts\\.ts$' }, outside('^lib/')),
    rule('nothing-imports-tests', { pathNot: '^test/' }, { path: '^test/' }),
    rule(
      'aws-sdk-only-in-platform-and-stores',
      { path: '^(functions|lib)/', pathNot: '^lib/platform/|-store\\.ts$' },
      { path: 'node_modules/@aws-sdk/' },
    ),
    rule('middy-only-in-http', { path: '^(functions|lib)/', pathNot: '^lib/http/' }, { path: 'node_modules/@middy/' }),
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
