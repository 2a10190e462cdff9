import type { KeyObject } from 'node:crypto';

// The package takes KeyObjects as well, which its types do not say.
declare module 'jws' {
  function verify(signature: string, algorithm: Algorithm, key: KeyObject): boolean;
}
