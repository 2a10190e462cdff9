interface Event {
  readonly at: number;
  /** Events of one moment happen in the order in which they were planned. */
  readonly order: number;
  readonly visible: boolean;
  run: (() => void) | undefined;
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Events by the time they are due: a binary heap. */
export function createEventQueue() {
  const heap: Event[] = [];
  let planned = 0;

  function rise(from: number, event: Event): void {
    let index = from;
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !isBefore(event, parent)) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = event;
  }

  function sink(event: Event): void {
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const down = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (down === undefined || !isBefore(down, event)) break;
      heap[index] = down;
      index = 2 * index + (down === right ? 2 : 1);
    }
    heap[index] = event;
  }

  function pop(): Event | undefined {
    const [first] = heap;
    const last = heap.pop();
    if (last !== undefined && last !== first) sink(last);
    return first;
  }

  return {
    push(at: number, run: () => void, visible: boolean): object {
      const event = { at, order: planned++, visible, run };
      rise(heap.length, event);
      return event;
    },

    /** The event stays where it is and does nothing when it is due. */
    cancel(event: object): void {
      Object.assign(event, { run: undefined });
    },

    /** Runs events up to and including the first that is visible. @throws when there are none left */
    runUntilVisible(advance: (to: number) => void): void {
      for (;;) {
        const event = pop();
        if (event === undefined) throw new Error('the run waits for something that nothing will bring');
        if (event.run === undefined) continue;
        advance(event.at);
        event.run();
        if (event.visible) return;
      }
    },
  };
}
