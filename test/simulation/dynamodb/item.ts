/** An attribute value as sent. Sets, binary values and numbers beyond 2^53 are not supported. */
export type Value =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: Item }
  | { readonly L: readonly Value[] };

/** Immutable: a write creates a new item. */
export interface Item {
  readonly [name: string]: Value;
}

export const textOf = (value: Value | undefined): string | undefined =>
  value !== undefined && 'S' in value ? value.S : undefined;

export function isEqual(a: Value, b: Value): boolean {
  if ('S' in a) return 'S' in b && a.S === b.S;
  if ('N' in a) return 'N' in b && Number(a.N) === Number(b.N);
  if ('BOOL' in a) return 'BOOL' in b && a.BOOL === b.BOOL;
  if ('NULL' in a) return 'NULL' in b;
  if ('L' in a) {
    if (!('L' in b) || a.L.length !== b.L.length) return false;
    return a.L.every((value, index) => {
      const other = b.L[index];
      return other !== undefined && isEqual(value, other);
    });
  }
  if (!('M' in b) || Object.keys(a.M).length !== Object.keys(b.M).length) return false;
  const other = b.M;
  return Object.entries(a.M).every(([name, value]) => {
    const found = other[name];
    return found !== undefined && isEqual(value, found);
  });
}

/**
 * Returns the size of an item in bytes.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function sizeOf(item: Item | undefined): number {
  let size = 0;
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) size += name.length + sizeOfValue(value);
  }
  return size;
}

function sizeOfValue(value: Value): number {
  if ('S' in value) return value.S.length;
  if ('N' in value) return Math.ceil(value.N.length / 2) + 1;
  if ('L' in value) return value.L.reduce((sum, one) => sum + 1 + sizeOfValue(one), 3);
  if ('M' in value) return 3 + Object.keys(value.M).length + sizeOf(value.M);
  return 1;
}
