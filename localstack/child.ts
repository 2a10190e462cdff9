import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Enough to hold a stack trace; the rest of a long-running child's output is not kept. */
const keptOutputCharacters = 8_000;
const pollMs = 20;

/** A process that we started as leader of its own process group. */
export interface Child {
  readonly pid: number;
  /** Resolves, never rejects, when the process has ended, with a sentence that says how. */
  readonly exited: Promise<string>;
  /** The last output, both streams, for error messages. */
  output(): string;
  /** Ends the whole group and resolves when the process is gone. Safe to call twice. */
  stop(): Promise<void>;
}

interface SuperviseOptions {
  name: string;
  process: ChildProcess;
  /** Asks the process to end. What has not ended `stopTimeoutMs` later is killed with its group. */
  requestStop: () => void;
  stopTimeoutMs?: number;
}

/**
 * Watches a child spawned with `detached: true`. Its own group keeps a Ctrl-C in the terminal away from it,
 * so it ends when we say so, in order.
 */
export function supervise({ name, process: child, requestStop, stopTimeoutMs = 5_000 }: SuperviseOptions): Child {
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-keptOutputCharacters);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);

  const exited = new Promise<string>((resolve) => {
    // 'error' without a later 'close' means that the process could not be started at all.
    child.once('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(`${name} ended with ${signal ?? `exit code ${code}`}`));
  });

  return {
    pid: child.pid ?? -1,
    exited,
    output: () => output.trim(),
    stop: async () => {
      if (child.pid === undefined) return;
      if (child.exitCode === null && child.signalCode === null) requestStop();
      const timer = setTimeout(() => killGroup(child.pid), stopTimeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Kills what is left of a group; nothing happens if nothing is. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

interface ReadyOptions {
  name: string;
  child: Child;
  isReady: () => Promise<boolean>;
  /** Looked at before each attempt: a reason why this will never be ready. */
  failure?: () => string | undefined;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Resolves when `isReady` says so. If the child ends first, the time is over or the signal is raised, the
 * child is stopped before this rejects, with the child's own output in the message.
 */
export async function untilReady({ name, child, isReady, failure, timeoutMs, signal }: ReadyOptions): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let ended: string | undefined;
  child.exited.then((how) => {
    ended = how;
  });
  const whyNot = () => {
    if (ended !== undefined) return ended;
    const reason = failure?.();
    if (reason !== undefined) return reason;
    return Date.now() > deadline ? `${name} did not answer within ${timeoutMs / 1000} s` : undefined;
  };

  for (;;) {
    const reason = whyNot();
    if (reason !== undefined || signal?.aborted) {
      await child.stop();
      signal?.throwIfAborted();
      throw new Error(`${reason}\n${child.output()}`.trim());
    }
    if (await isReady()) return;
    await Promise.race([delay(pollMs), child.exited]);
  }
}

/** Whether a request (a GET if not told otherwise) is answered with 200, waiting at most two seconds. */
export async function answersOk(url: string, request: RequestInit = {}): Promise<boolean> {
  try {
    const reply = await fetch(url, { ...request, signal: AbortSignal.timeout(2_000) });
    await reply.arrayBuffer();
    return reply.status === 200;
  } catch {
    return false;
  }
}
