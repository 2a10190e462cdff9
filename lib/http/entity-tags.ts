/** As RFC 9110, section 8.8.3, defines it; `opaque` is what stands between the quotes. */
export interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

/** `*`, or a list with at least one tag. Empty elements are to be ignored: RFC 9110, section 5.6.1.2. */
export const entityTags =
  /^([ \t]*\*[ \t]*|[ \t,]*(W\/)?"[\x21\x23-\x7e\x80-\xff]*"([ \t]*,[ \t,]*(W\/)?"[\x21\x23-\x7e\x80-\xff]*")*[ \t,]*)$/;

/**
 * What If-Match or If-None-Match says: `*`, or a list of tags.
 *
 * @returns undefined when it is neither, or names no tag at all
 */
export function parseEntityTags(header: string): '*' | EntityTag[] | undefined {
  if (!entityTags.test(header)) return undefined;
  if (header.trim() === '*') return '*';
  // Quotes cannot be escaped in a tag.
  return [...header.matchAll(/(W\/)?"([^"]*)"/g)].map(([, weak, opaque = '']) => ({
    weak: weak !== undefined,
    opaque,
  }));
}

/** Weak comparison, for If-None-Match: the same text, whether weak or strong. RFC 9110, section 13.1.2. */
export function matchesWeakly(header: string, etag: string): boolean {
  const wanted = parseEntityTags(header);
  if (wanted === '*') return true;
  const [current] = parseEntityTags(etag) ?? [];
  return typeof current === 'object' && (wanted?.some(({ opaque }) => opaque === current.opaque) ?? false);
}
