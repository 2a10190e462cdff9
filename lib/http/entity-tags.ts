/** RFC 9110, section 8.8.3. `opaque` is the text between the quotes. */
export interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

/** `*`, or a list with at least one tag. Empty elements are ignored: RFC 9110, section 5.6.1.2. */
export const entityTags =
  /^([ \t]*\*[ \t]*|[ \t,]*(W\/)?"[\x21\x23-\x7e\x80-\xff]*"([ \t]*,[ \t,]*(W\/)?"[\x21\x23-\x7e\x80-\xff]*")*[ \t,]*)$/;

/**
 * Parses an If-Match or If-None-Match header.
 *
 * @returns undefined if it is neither `*` nor a list with a tag
 */
export function parseEntityTags(header: string): '*' | EntityTag[] | undefined {
  if (!entityTags.test(header)) return undefined;
  if (header.trim() === '*') return '*';
  // A tag cannot contain quotes, not even escaped.
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, opaque = '']) => ({
    weak: weak !== undefined,
    opaque,
  }));
}

/** Compares weakly, as If-None-Match requires: RFC 9110, section 13.1.2. */
export function matchesWeakly(header: string, etag: string): boolean {
  const wanted = parseEntityTags(header);
  if (wanted === '*') return true;
  const [current] = parseEntityTags(etag) ?? [];
  return typeof current === 'object' && (wanted?.some(({ opaque }) => opaque === current.opaque) ?? false);
}
