/** The value of a JSON text; undefined for what is none, since JSON.parse quotes its input in what it throws. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
