import { rmSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Preloaded into a child: ends it when its standard input closes, which the operating system does even when
 * the owner is killed, and removes the folder that its build made.
 */
if (isMainThread) {
  process.stdin.once('close', () => {
    const folder = process.env['ESBUILD_WORK_FOLDER'];
    if (folder) rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
  process.stdin.resume();
  // A program that has nothing left to do ends, leash or not.
  process.stdin.unref();
}
