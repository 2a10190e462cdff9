import type { KeyObject } from 'node:crypto';

// The package also accepts KeyObjects; its types lack them.
declare module 'jws' {
  function verify(signature: string, algorithm: Algorithm, key: KeyObject): boolean;
}
