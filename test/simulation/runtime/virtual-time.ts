import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { createEventQueue } from './event-queue.ts';
import type { Random } from './random.ts';

/** Where code of the product runs. Its clock may be wrong; once it is dead nothing of it happens any more. */
export interface Machine {
  readonly name: string;
  readonly skewMs: number;
  alive: boolean;
  /** What it is doing, for whoever judges what it does: the call of a shopper, a batch of the stream. */
  task: string;
}

export type VirtualTime = ReturnType<typeof createVirtualTime>;

/** When every run begins, as its machines see it. */
const epoch = Date.UTC(2026, 11, 12);

const realImmediate = globalThis.setImmediate;

/**
 * Time and randomness of a run. While it runs, `Date`, `setTimeout`, `Math.random`, UUIDs and random bytes
 * of the whole process are its own, so the code of the product runs in virtual time without knowing: minutes
 * pass as fast as the events in them are computed, in an order that depends on the seed alone.
 */
export function createVirtualTime(random: Random) {
  const queue = createEventQueue();
  const machines = new AsyncLocalStorage<Machine>();
  let now = 0;

  /** @param visible whether code of the product may go on because of it: then it does so before the next event */
  const at = (delayMs: number, run: () => void, visible = true) =>
    queue.push(now + Math.max(0, delayMs), run, visible);

  /** A timer of the product's code: it fires on its machine, if that still lives. */
  function machineTimer(run: () => void, delayMs = 0) {
    const machine = machines.getStore();
    const event = at(delayMs, () => {
      if (machine === undefined) run();
      else if (machine.alive) machines.run(machine, run);
    });
    const timer = { event, ref: () => timer, unref: () => timer };
    return timer;
  }

  return {
    /** Milliseconds since the run began. */
    now: (): number => now,
    machine: (): Machine | undefined => machines.getStore(),
    on: <T>(machine: Machine, act: () => T): T => machines.run(machine, act),

    /** Something outside of all machines, which survives any of them. */
    after: (delayMs: number, run: () => void) => at(delayMs, run),
    /** The same, where nobody but the model itself notices: many of these cost little. */
    inside: (delayMs: number, run: () => void) => at(delayMs, run, false),
    cancel: queue.cancel,
    sleep: (delayMs: number): Promise<void> => new Promise((resolve) => at(delayMs, resolve)),

    /** Runs until `main` has ended. @throws when nothing is left that could end it */
    async run(main: () => Promise<void>): Promise<void> {
      const restore = replaceGlobals({
        wallClock: () => Math.floor(epoch + now + (machines.getStore()?.skewMs ?? 0)),
        machineTimer,
        cancel: queue.cancel,
        random,
      });
      try {
        let ended = false;
        const running = main().finally(() => {
          ended = true;
        });
        // A failure is thrown below, once the loop has seen that it ended.
        running.catch(() => {});
        for (;;) {
          // Real immediates run when no promise of the process can go on any more.
          await new Promise<void>((resolve) => realImmediate(resolve));
          if (ended) return await running;
          queue.runUntilVisible((to) => {
            now = to;
          });
        }
      } finally {
        restore();
      }
    },
  };
}

interface Sources {
  wallClock(): number;
  machineTimer(run: () => void, delayMs?: number): { event: object };
  cancel(event: object): void;
  readonly random: Random;
}

/** @returns a function that puts the real ones back */
function replaceGlobals({ wallClock, machineTimer, cancel, random }: Sources): () => void {
  const real = {
    Date: globalThis.Date,
    random: Math.random,
    timers: { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout },
    randomUUID: crypto.randomUUID,
    getRandomValues: globalThis.crypto.getRandomValues,
  };
  const bytes = random.fork('bytes');
  const fill = (array: Uint8Array) => {
    for (let index = 0; index < array.length; index++) array[index] = bytes.between(0, 255);
    return array;
  };
  const randomUUID = () => {
    const hex = Buffer.from(fill(new Uint8Array(16))).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  const clearTimeout = (timer?: { event?: object }) => {
    if (timer?.event !== undefined) cancel(timer.event);
  };
  const virtualDate = new Proxy(Date, {
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [wallClock()] : args),
    get: (target, key) => (key === 'now' ? wallClock : Reflect.get(target, key)),
  });
  Object.assign(Math, { random: random.fork('program').next });
  Object.assign(globalThis, { Date: virtualDate, setTimeout: machineTimer, clearTimeout });
  Object.assign(crypto, { randomUUID });
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: fill, configurable: true });
  syncBuiltinESMExports();
  return () => {
    Object.assign(Math, { random: real.random });
    Object.assign(globalThis, { Date: real.Date }, real.timers);
    Object.assign(crypto, { randomUUID: real.randomUUID });
    Reflect.deleteProperty(globalThis.crypto, 'getRandomValues');
    syncBuiltinESMExports();
  };
}
