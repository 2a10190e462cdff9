/** njre brings no types. */
declare module 'njre' {
  /** Fetches a Java runtime and resolves with its directory. */
  export function install(version: number, options: { type: 'jre'; installPath: string }): Promise<string>;
}
