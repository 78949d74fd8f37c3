import type { Outcome, Verdict } from "./comparison.ts";
import type { Machine } from "./machine.ts";
import { showSpread, spreadOf } from "./statistics.ts";

/** A Markdown table, padded so that it reads as well in a terminal. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map((row) => line(row))].join("\n");
}

export function showOutcome({ title, load, samples, verdicts }: Outcome): string {
  const metrics = [...new Set(Object.values(samples).flatMap((list) => list.flatMap((sample) => Object.keys(sample))))];
  const contenders = Object.keys(samples);
  const rows = metrics.map((metric) => [
    metric,
    ...contenders.map((name) =>
      showSpread(spreadOf((samples[name] ?? []).map((sample) => sample[metric] ?? Number.NaN))),
    ),
  ]);
  const figures = table(["", ...contenders], rows);
  const judged = table(["ratio", "measured", "target", "met"], verdicts.map(showVerdict));
  return `### ${title}\n\n${load}.\n\n${figures}\n${verdicts.length === 0 ? "" : `\n${judged}\n`}`;
}

function showVerdict(verdict: Verdict): readonly string[] {
  const { metric, of, to, kind, value, most, least, met } = verdict;
  const target = most !== undefined ? `≤ ${most}` : least !== undefined ? `≥ ${least}` : "";
  const sign = kind === "difference" ? "−" : "÷";
  return [`${metric}: ${of} ${sign} ${to}`, showSpread(value), target, met === undefined ? "" : met ? "yes" : "no"];
}

export interface Run {
  readonly started: string;
  readonly command: string;
  readonly form: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly outcomes: readonly Outcome[];
}

export function showRun(run: Run): string {
  const { machine } = run;
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const head = [
    `# Benchmarks, ${run.started}`,
    "",
    `\`${run.command}\` at commit ${run.commit} on ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ` +
      `Linux ${machine.kernel}, ${machine.fileSystem}; load before the start ${machine.load.toFixed(2)}.`,
    `${versions.join(", ")}.`,
    "",
    "Medians; in parentheses the least and the most of all rounds.",
    "",
  ];
  return [...head, ...run.outcomes.map((outcome) => showOutcome(outcome))].join("\n");
}
