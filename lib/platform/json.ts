/**
 * Parses JSON; returns undefined for invalid text. The error of `JSON.parse` quotes its input, which may be a secret.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
