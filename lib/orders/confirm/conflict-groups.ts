interface Touching {
  touches(): ReadonlySet<string>;
}

/**
 * Puts drafts that write an item in common into one chain, in their order, and the others into chains of
 * their own. Within a chain one waits for the other: at once, DynamoDB would cancel all of them but one.
 */
export function chainsOf<D extends Touching>(drafts: readonly D[]): D[][] {
  let chains: { readonly items: ReadonlySet<string>; readonly drafts: D[] }[] = [];
  for (const draft of drafts) {
    const items = draft.touches();
    const meeting = chains.filter((chain) => !chain.items.isDisjointFrom(items));
    const joined = meeting.reduce((all, chain) => all.union(chain.items), items);
    chains = chains.filter((chain) => !meeting.includes(chain));
    chains.push({ items: joined, drafts: [...meeting.flatMap((chain) => chain.drafts), draft] });
  }
  return chains.map((chain) => chain.drafts);
}
