/** Shares units out as evenly as whole units go: `spread(7, 3)` is `[3, 2, 2]`. Their sum is `units`. */
export const splitEvenly = (units: number, parts: number): number[] =>
  Array.from({ length: parts }, (_, index) => Math.floor(units / parts) + (index < units % parts ? 1 : 0));
