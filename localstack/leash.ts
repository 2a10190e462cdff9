/**
 * Preloaded into a child that has an IPC channel: ends it when the channel closes, which also happens when
 * its owner is killed, and removes the folder that its build made.
 */
import { rmSync } from 'node:fs';

process.once('disconnect', () => {
  const folder = process.env['ESBUILD_WORK_FOLDER'];
  if (folder) rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
// The channel alone must not keep the process alive, nor show up in programs that it starts.
process.channel?.unref();
