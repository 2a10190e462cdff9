import { SingleBar } from 'cli-progress';

export type Progress = ReturnType<typeof createProgress>;

/** Shows progress on stderr: a bar on a terminal, otherwise a line every two seconds. */
export function createProgress() {
  let bar: SingleBar | undefined;
  return {
    begin(title: string, total: number): void {
      bar = new SingleBar({
        format: `${title.padEnd(8)} {bar} {percentage}%  {state}`,
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
    update(done: number, state: string): void {
      bar?.update(done, { state });
    },
    end(): void {
      bar?.stop();
      bar = undefined;
    },
  };
}
