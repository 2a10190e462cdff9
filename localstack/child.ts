import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

/** Enough to hold a stack trace; the rest of a long-running child's output is not kept. */
const keptOutputCharacters = 8_000;
const pollMs = 50;
const stopTimeoutMs = 5_000;

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

/**
 * Watches a child that ends when its standard input, a pipe, closes, spawned with `detached: true`: its own group keeps
 * a Ctrl-C in the terminal away from it, so it ends when we say so, in order. What has not ended 5 s after
 * `stop` is killed.
 */
export function supervise(name: string, child: ChildProcess): Child {
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-keptOutputCharacters);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', keep);
  // Closing the input of a process that has just ended is not worth an error.
  child.stdin?.on('error', () => {});

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
      child.stdin?.end();
      const timer = setTimeout(() => killGroup(child.pid), stopTimeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/**
 * Runs a program that dies when our end of its standard input closes, which the operating system does even
 * when we are killed. The background job of a shell reads /dev/null, hence descriptor 3.
 */
const leash = `
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

/** Starts a program that knows nothing of its standard input so that it ends with it, and watches it. */
export function spawnTied(
  name: string,
  program: string,
  args: readonly string[],
  workingDirectory: string,
): Child {
  const options = { cwd: workingDirectory, detached: true, stdio: 'pipe' } as const;
  return supervise(name, spawn('/bin/sh', ['-c', leash, 'sh', program, ...args], options));
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
export async function untilReady({
  name,
  child,
  isReady,
  failure,
  timeoutMs,
  signal,
}: ReadyOptions): Promise<void> {
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

/**
 * Whether a request (a GET if not told otherwise) is answered with 200 within two seconds. A handler that
 * cannot be loaded does not count, though serverless-offline answers 200 for it.
 */
export async function answersOk(url: string, request: RequestInit = {}): Promise<boolean> {
  try {
    const reply = await fetch(url, { ...request, signal: AbortSignal.timeout(2_000) });
    const body = await reply.text();
    return reply.status === 200 && !body.includes('"errorType"');
  } catch {
    return false;
  }
}
