import { rmSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Preload this module into a child process. The process exits when its stdin closes, which happens even when the parent
 * is killed, and deletes its build folder.
 */
if (isMainThread) {
  process.stdin.once('close', () => {
    const folder = process.env['ESBUILD_WORK_FOLDER'];
    if (folder) rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
  process.stdin.resume();
  // Do not keep a process alive that has nothing left to do.
  process.stdin.unref();
}
