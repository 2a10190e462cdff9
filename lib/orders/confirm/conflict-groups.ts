interface Writing {
  writtenItems(): ReadonlySet<string>;
}

/**
 * Puts transactions that write an item in common into one chain, in their order, and the others into chains of
 * their own. Within a chain one waits for the other: at once, DynamoDB would cancel all of them but one.
 */
export function groupByConflict<D extends Writing>(transactions: readonly D[]): D[][] {
  let chains: { readonly items: ReadonlySet<string>; readonly transactions: D[] }[] = [];
  for (const transaction of transactions) {
    const items = transaction.writtenItems();
    const meeting = chains.filter((chain) => !chain.items.isDisjointFrom(items));
    const joined = meeting.reduce((all, chain) => all.union(chain.items), items);
    chains = chains.filter((chain) => !meeting.includes(chain));
    chains.push({
      items: joined,
      transactions: [...meeting.flatMap((chain) => chain.transactions), transaction],
    });
  }
  return chains.map((chain) => chain.transactions);
}
