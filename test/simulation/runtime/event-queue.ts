import TinyQueue from 'tinyqueue';

interface Event {
  readonly atMs: number;
  readonly scheduled: number;
  readonly resumesCode: boolean;
  run: (() => void) | undefined;
}

/** Runs events by due time. Events due at the same time run in the order in which they were scheduled. */
export function createEventQueue() {
  const queue = new TinyQueue<Event>([], (a, b) => a.atMs - b.atMs || a.scheduled - b.scheduled);
  let scheduled = 0;

  return {
    push(atMs: number, run: () => void, resumesCode: boolean): object {
      const event = { atMs, scheduled: scheduled++, resumesCode, run };
      queue.push(event);
      return event;
    },

    /** Keeps the event in the queue, without effect. */
    cancel(event: object): void {
      Object.assign(event, { run: undefined });
    },

    /** Runs events up to and including the first that resumes code. @throws when the queue runs empty */
    runUntilCodeResumes(advance: (toMs: number) => void): void {
      for (;;) {
        const event = queue.pop();
        if (event === undefined) throw new Error('Deadlock: code is waiting and no event is scheduled');
        if (event.run === undefined) continue;
        advance(event.atMs);
        event.run();
        if (event.resumesCode) return;
      }
    },
  };
}
