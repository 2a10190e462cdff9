/**
 * What a name must not hold: control characters (C0, DEL, C1), separators of lines and paragraphs, embeddings, overrides
 * and isolates of text direction, U+FFFD, which stands for what got lost, and the two noncharacters behind it.
 */
const forbidden = '\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufffd-\\uffff';

/**
 * What of the rest nobody sees: white space (White_Space in Unicode 17), what is ignored where it is not supported
 * (Default_Ignorable_Code_Point), annotations, and what is blank by design, such as U+2800 in Braille.
 */
const unseen =
  ' \\xa0\\xad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u202f\\u205f-\\u2065' +
  '\\u206a-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb' +
  '\u{13441}\u{13442}\u{16fe4}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}';

/**
 * A text without forbidden characters that has something to see in it. It means the same to JavaScript with the flag `u`,
 * to Python's `re` and to Rust: they share no escape for characters beyond U+FFFF, so those stand as they are, and
 * Python's `$` alone would let a line break at the end pass. It takes time in proportion to the text. Generators of
 * test data list the characters of a class, so the large ones are written as what they leave out.
 */
export const textPattern = new RegExp(`^[${unseen}]*[^${forbidden}${unseen}][^${forbidden}]*(?!\\n)$`, 'u');
