import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The command lines of running processes that hold this text; the dead that nobody has reaped have none. */
export async function runningWith(text: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', 'args='], { maxBuffer: 10_000_000 });
  return stdout.split('\n').filter((line) => line.includes(text));
}

/** Resolves when the condition holds. */
export async function until(condition: () => Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs / 1000} s: ${condition}`);
    await delay(50);
  }
}
