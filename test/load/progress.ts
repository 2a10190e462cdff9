import { SingleBar } from 'cli-progress';
import type { Progress } from './run.ts';

/** A bar on the standard error stream; on one that is no terminal a line every two seconds. */
export function createProgress(): Progress {
  let bar: SingleBar | undefined;
  return {
    begin(what, total) {
      bar = new SingleBar({
        format: `${what.padEnd(8)} {bar} {percentage}%  {state}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        barsize: 30,
        hideCursor: true,
        noTTYOutput: true,
        notTTYSchedule: 2_000,
        stopOnComplete: false,
      });
      bar.start(Math.max(1, Math.ceil(total)), 0, { state: '' });
    },
    update(done, state) {
      bar?.update(done, { state });
    },
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}
