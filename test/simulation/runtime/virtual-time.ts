import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { createEventQueue } from './event-queue.ts';
import type { Random } from './random.ts';

/** A simulated machine that runs code of the service. Nothing that it started continues after its death. */
export interface Machine {
  readonly name: string;
  /** How far its clock is ahead. */
  readonly skewMs: number;
  alive: boolean;
  /** The request or batch that it is serving; invariants attribute writes to it. */
  task: string;
}

export type VirtualTime = ReturnType<typeof createVirtualTime>;

/** Wall-clock time at the start of every run. */
const epoch = Date.UTC(2026, 11, 12);

const realImmediate = globalThis.setImmediate;

/**
 * Creates the virtual time and randomness of one run.
 *
 * During `run`, `Date`, `setTimeout`, `Math.random`, UUIDs and random bytes of the whole process are replaced, so the code
 * of the service runs unchanged. Time advances as fast as events can be computed, in an order that depends on the seed alone.
 */
export function createVirtualTime(random: Random) {
  const queue = createEventQueue();
  const machines = new AsyncLocalStorage<Machine>();
  let now = 0;

  /** @param resumesCode whether the event can resume code: then all code runs until it waits, before the next event */
  const at = (delayMs: number, run: () => void, resumesCode = true) =>
    queue.push(now + Math.max(0, delayMs), run, resumesCode);

  /** `setTimeout`: fires on the machine that called it, if that machine is still alive. */
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
    /** Returns the milliseconds since the run started. */
    now: (): number => now,
    machine: (): Machine | undefined => machines.getStore(),
    on: <T>(machine: Machine, act: () => T): T => machines.run(machine, act),

    /** Schedules an event outside all machines, so it survives their death. */
    after: (delayMs: number, run: () => void) => at(delayMs, run),
    /** Schedules an event that does not resume code. These are cheap, because no code has to run after them. */
    schedule: (delayMs: number, run: () => void) => at(delayMs, run, false),
    cancel: queue.cancel,
    sleep: (delayMs: number): Promise<void> => new Promise((resolve) => at(delayMs, resolve)),

    /** Runs until `main` has resolved or failed. @throws when `main` waits and no event is scheduled */
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
        // The loop below throws the error.
        running.catch(() => {});
        for (;;) {
          // A real immediate runs only after the callbacks of all resolved promises.
          await new Promise<void>((resolve) => realImmediate(resolve));
          if (ended) return await running;
          queue.runUntilCodeResumes((toMs) => {
            now = toMs;
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

/** Replaces the clock, timers and randomness of the process. @returns a function that restores them */
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
