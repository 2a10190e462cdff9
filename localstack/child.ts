import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Enough for a stack trace; older output is discarded. */
const keptOutputCharacters = 8_000;
const pollMs = 50;
const stopTimeoutMs = 30_000;

/** A child process that leads its own process group. */
export interface Child {
  readonly pid: number;
  /** Resolves when the process has ended, with a sentence about how it ended. Never rejects. */
  readonly exited: Promise<string>;
  /** The latest output of stdout and stderr, for error messages. */
  output(): string;
  /** Stops the process group and resolves when the process has ended. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Supervises a child that exits when its stdin, a pipe, closes. Spawn it with `detached: true`: in its own process group
 * it does not receive a Ctrl-C of the terminal, so processes stop in order. Processes that run 30 s after `stop` are killed.
 */
export function supervise(name: string, child: ChildProcess): Child {
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-keptOutputCharacters);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', keep);
  // Ignore the error of closing the stdin of a process that has just ended.
  child.stdin?.on('error', () => {});

  const exited = new Promise<string>((resolve) => {
    // 'error' without a later 'close' means that the process could not be started.
    child.once('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(`${name} ended with ${signal ?? `exit code ${code}`}`));
  });

  return {
    pid: child.pid ?? -1,
    exited,
    output: () => output.trim(),
    stop: async () => {
      if (child.pid === undefined) return;
      child.stdin?.end();
      const timer = setTimeout(() => killGroup(child.pid), stopTimeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/**
 * Shell script that runs a program and ends it when our end of the script's stdin closes, even if we are killed. It copies
 * stdin to descriptor 3, because a background job of a shell reads /dev/null.
 */
const exitWithStdin = `
exec 3<&0
"$@" 3<&- &
program=$!
(read -r _ <&3; kill "$program") 2>/dev/null &
watcher=$!
wait "$program"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/** Starts and supervises a program that does not watch its stdin itself. It exits when this process ends. */
export function spawnTied(name: string, program: string, args: readonly string[], workingDirectory: string): Child {
  const options = { cwd: workingDirectory, detached: true, stdio: 'pipe' } as const;
  return supervise(name, spawn('/bin/sh', ['-c', exitWithStdin, 'sh', program, ...args], options));
}

/** Kills the processes that remain in a group. */
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
  /** Called before each attempt. Returns the reason when the child can never become ready. */
  failure?: () => string | undefined;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Resolves when `isReady` returns true. If the child ends first, on timeout or on abort, stops the child and rejects with
 * the child's output in the message.
 */
export async function untilReady({ name, child, isReady, failure, timeoutMs, signal }: ReadyOptions): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let ended: string | undefined;
  child.exited.then((how) => {
    ended = how;
  });
  const failureReason = () => {
    if (ended !== undefined) return ended;
    const reason = failure?.();
    if (reason !== undefined) return reason;
    return Date.now() > deadline ? `${name} did not respond within ${timeoutMs / 1000} s` : undefined;
  };

  for (;;) {
    const reason = failureReason();
    if (reason !== undefined || signal?.aborted) {
      await child.stop();
      signal?.throwIfAborted();
      throw new Error(`${reason}\n${child.output()}`.trim());
    }
    if (await isReady()) return;
    await Promise.race([delay(pollMs), child.exited]);
  }
}

/**
 * Returns whether a request (GET by default) gets a 200 within two seconds. serverless-offline also returns 200 for a
 * handler that it cannot load; that response does not count.
 */
export async function respondsOk(url: string, request: RequestInit = {}): Promise<boolean> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(2_000) });
    const body = await response.text();
    return response.status === 200 && !body.includes('"errorType"');
  } catch {
    return false;
  }
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined));
    if (signal.aborted) resolve(undefined);
  });
}
