import type { Comparison, Sample, Trial } from "./comparison.ts";
import { short } from "./statistics.ts";

/** Says which trial runs, how many are left, and what each brought; on a terminal the running one stays on one line. */
export class Progress {
  readonly #total: number;
  readonly #started = performance.now();
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  show({ title }: Comparison, { contender }: Trial, sample?: Sample): void {
    const what = `${title}: ${contender}`;
    if (sample === undefined) {
      if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${this.#bar()} ${what}`);
      return;
    }
    this.#done += 1;
    const [metric, value] = Object.entries(sample)[0] ?? ["", Number.NaN];
    this.say(`${this.#bar()} ${what}: ${short(value)} ${metric}`);
  }

  say(text: string): void {
    if (process.stdout.isTTY) process.stdout.write("\r\u001b[2K");
    console.log(text);
  }

  end(): void {
    this.say(`${this.#done} trials in ${Math.round((performance.now() - this.#started) / 1000)} s`);
  }

  #bar(): string {
    const spent = (performance.now() - this.#started) / 1000;
    const left =
      this.#done === 0 ? "" : `, about ${Math.ceil((spent / this.#done) * (this.#total - this.#done))} s left`;
    return `[${this.#done}/${this.#total}${left}]`;
  }
}
