import type { Outcome, Series } from "./harness/comparison.ts";
import { drawHistogram } from "./harness/histogram.ts";

/** A picture of a run: what its file's name ends with, and the document. */
export interface Picture {
  readonly name: string;
  readonly svg: string;
}

/** The pictures of all outcomes that kept series for one; of several rounds, the first is drawn. */
export function picturesOf(outcomes: readonly Outcome[]): readonly Picture[] {
  return outcomes.flatMap(({ load, series }) => {
    const first = series?.["Fanfare"]?.[0];
    return first === undefined ? [] : [{ name: "deploy", svg: drawDeploy(load, first) }];
  });
}

function drawDeploy(load: string, series: Series): string {
  const [window = 0] = series["announced window, ms"] ?? [];
  const [listened = 0] = series["listened again after, ms"] ?? [];
  const moments = series["connected again after, ms"] ?? [];
  return drawHistogram({
    title: `When ${moments.length} clients were connected again after a restart`,
    subtitle: load.replace(/;.*/, ""),
    moments,
    barMs: 100,
    marked: { untilMs: window, name: `announced window, ${window / 1000} s` },
    line: { atMs: listened, name: `listening again after ${(listened / 1000).toFixed(1)} s` },
  });
}
