/** As RFC 9110, section 8.8.3, defines it; `opaque` is what stands between the quotes. */
export interface EntityTag {
  readonly weak: boolean;
  readonly opaque: string;
}

const entityTag = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;

/**
 * What If-Match or If-None-Match says: `*`, or a list of tags.
 *
 * @returns undefined when it is neither, or names no tag at all
 */
export function parseEntityTags(header: string): '*' | EntityTag[] | undefined {
  if (header.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  for (const element of splitOutsideQuotes(header)) {
    // Empty elements are to be ignored: RFC 9110, section 5.6.1.2.
    if (element === '') continue;
    const [matched, weak, opaque = ''] = entityTag.exec(element) ?? [];
    if (matched === undefined) return undefined;
    tags.push({ weak: weak !== undefined, opaque });
  }
  return tags.length === 0 ? undefined : tags;
}

/** A tag may hold commas; quotes cannot be escaped in it. */
function splitOutsideQuotes(list: string): string[] {
  const elements = [''];
  let quoted = false;
  for (const character of list) {
    if (character === '"') quoted = !quoted;
    if (character === ',' && !quoted) elements.push('');
    else elements[elements.length - 1] += character;
  }
  return elements.map((element) => element.trim());
}

/** Weak comparison, for If-None-Match: the same text, whether weak or strong. RFC 9110, section 13.1.2. */
export function matchesWeakly(header: string, etag: string): boolean {
  const wanted = parseEntityTags(header);
  if (wanted === '*') return true;
  const [current] = parseEntityTags(etag) ?? [];
  return typeof current === 'object' && (wanted?.some(({ opaque }) => opaque === current.opaque) ?? false);
}
