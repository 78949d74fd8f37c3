import { SingleBar } from "cli-progress";

/** Shows on a terminal how far a long work is; elsewhere it shows nothing. */
export interface Progress {
  /** `detail` is what people read beside the bar. */
  update(done: number, detail: string): void;
  stop(): void;
}

/** `total` in any unit; without one there is no bar, only the detail. */
export function createProgress(total: number | undefined): Progress {
  const bar = new SingleBar({
    stream: process.stderr,
    format: total === undefined ? "{detail}" : "{bar} {percentage}% {detail}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    clearOnComplete: true,
    // An interrupt ends the process where it stands; the terminal must be fit for use then.
    linewrap: true,
  });
  bar.start(total ?? 0, 0, { detail: "" });
  return {
    update: (done, detail) => bar.update(done, { detail }),
    stop: () => bar.stop(),
  };
}
