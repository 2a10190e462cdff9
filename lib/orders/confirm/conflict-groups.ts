interface Writing {
  writtenItems(): ReadonlySet<string>;
}

/**
 * Groups transactions that write an item in common, directly or through other transactions.
 *
 * Transactions of one group must run in sequence: in parallel, DynamoDB would cancel all but one. A group keeps their
 * order. Different groups can run in parallel.
 */
export function groupByConflict<T extends Writing>(transactions: readonly T[]): T[][] {
  let groups: { readonly items: ReadonlySet<string>; readonly transactions: T[] }[] = [];
  for (const transaction of transactions) {
    const items = transaction.writtenItems();
    const conflicting = groups.filter((group) => !group.items.isDisjointFrom(items));
    groups = groups.filter((group) => !conflicting.includes(group));
    groups.push({
      items: conflicting.reduce((all, group) => all.union(group.items), items),
      transactions: [...conflicting.flatMap((group) => group.transactions), transaction],
    });
  }
  return groups.map((group) => group.transactions);
}
