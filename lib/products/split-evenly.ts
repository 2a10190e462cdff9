/** Splits units as evenly as possible. @example splitEvenly(7, 3) // [3, 2, 2] */
export const splitEvenly = (units: number, parts: number): number[] =>
  Array.from({ length: parts }, (_, index) => Math.floor(units / parts) + (index < units % parts ? 1 : 0));
