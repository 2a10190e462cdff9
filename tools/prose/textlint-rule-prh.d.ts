declare module 'textlint-rule-prh' {
  import type { TextlintKernelRule } from '@textlint/kernel';

  /** The package is CommonJS: its rule is the `default` of what it exports. */
  const exported: { readonly default: TextlintKernelRule['rule'] };
  export default exported;
}
