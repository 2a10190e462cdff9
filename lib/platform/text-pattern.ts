/**
 * Characters that a name must not contain: control characters (C0, DEL, C1), line and paragraph separators, controls of
 * text direction (embeddings, overrides, isolates), U+FFFD, which replaces lost characters, and the noncharacters
 * U+FFFE and U+FFFF.
 */
const forbidden = '\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufffd-\\uffff';

/**
 * Other characters without a visible glyph: white space (White_Space in Unicode 17), default ignorable characters
 * (Default_Ignorable_Code_Point), annotations, and characters that are blank by design, such as U+2800 in Braille.
 */
const invisible =
  ' \\xa0\\xad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u202f\\u205f-\\u2065' +
  '\\u206a-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb' +
  '\u{13441}\u{13442}\u{16fe4}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}';

/**
 * Matches a text that has a visible character and no forbidden one. Takes time proportional to the text's length.
 *
 * Means the same in JavaScript with flag `u`, in Python's `re` and in Rust. They share no escape for characters beyond
 * U+FFFF, so those are literal; `(?!\n)` is for Python, whose `$` also matches before a final line break. Large
 * classes are negated because generators of test data enumerate a class.
 */
export const textPattern = new RegExp(`^[${invisible}]*[^${forbidden}${invisible}][^${forbidden}]*(?!\\n)$`, 'u');
