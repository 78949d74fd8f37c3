/** What a histogram of moments shows. */
export interface Histogram {
  readonly title: string;
  readonly subtitle: string;
  /** Milliseconds since the beginning. */
  readonly moments: readonly number[];
  /** Width of one bar in milliseconds. */
  readonly barMs: number;
  /** A stretch from 0 that is marked. */
  readonly marked: { readonly untilMs: number; readonly name: string };
  /** A moment that is marked. */
  readonly line: { readonly atMs: number; readonly name: string };
}

const WIDTH = 960;
const HEIGHT = 420;
const PLOT = { left: 60, right: 930, top: 96, bottom: 360 } as const;

/** One picture for light and dark pages: its colours follow what the reader prefers. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #57606a }
  .title { font-size: 18px; font-weight: 600; fill: #1f2328 }
  .page { fill: #ffffff }
  .window { fill: #dbe9fb }
  .bar { fill: #1f6feb }
  .grid { stroke: #d0d7de }
  .line { stroke: #b35900; stroke-width: 2; stroke-dasharray: 5 4 }
  .moment { fill: #9a4d00 }
  .name { fill: #0b57c2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #9da7b3 }
    .title { fill: #f0f6fc }
    .page { fill: #0d1117 }
    .window { fill: #16294a }
    .bar { fill: #58a6ff }
    .grid { stroke: #30363d }
    .line { stroke: #ffa657 }
    .moment { fill: #ffa657 }
    .name { fill: #79c0ff }
  }
`;

/** Draws the histogram as an SVG document. */
export function drawHistogram({ title, subtitle, moments, barMs, marked, line }: Histogram): string {
  const last = Math.max(marked.untilMs, line.atMs, ...moments);
  const end = Math.ceil((last + barMs) / 1_000) * 1_000;
  const counts = Array.from(
    { length: Math.ceil(end / barMs) },
    (_, index) => moments.filter((moment) => Math.floor(moment / barMs) === index).length,
  );
  const step = stepFor(Math.max(...counts));
  const most = Math.ceil(Math.max(...counts) / step) * step;
  const x = (ms: number): number => round(PLOT.left + (ms / end) * (PLOT.right - PLOT.left));
  const y = (count: number): number => round(PLOT.bottom - (count / most) * (PLOT.bottom - PLOT.top));
  const width = round(x(barMs) - x(0) - 1);
  const seconds = stepFor(end / 1_000);
  const parts = [
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${PLOT.left}" y="32">${escape(title)}</text>`,
    `<text x="${PLOT.left}" y="54">${escape(subtitle)}</text>`,
    `<rect class="window" x="${x(0)}" y="${PLOT.top}" width="${round(x(marked.untilMs) - x(0))}" height="${PLOT.bottom - PLOT.top}"/>`,
    ...ticks(most, step).map(
      (count) =>
        `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(count)}" y2="${y(count)}"/>` +
        `<text x="${PLOT.left - 8}" y="${y(count) + 4}" text-anchor="end">${count}</text>`,
    ),
    ...counts.map((count, index) =>
      count === 0
        ? ""
        : `<rect class="bar" x="${x(index * barMs)}" y="${y(count)}" width="${width}" height="${round(PLOT.bottom - y(count))}"/>`,
    ),
    ...ticks(end / 1_000, seconds).map(
      (second) => `<text x="${x(second * 1_000)}" y="${PLOT.bottom + 20}" text-anchor="middle">${second} s</text>`,
    ),
    `<text class="name" x="${x(marked.untilMs) - 6}" y="${PLOT.top - 8}" text-anchor="end">${escape(marked.name)}</text>`,
    `<line class="line" x1="${x(line.atMs)}" x2="${x(line.atMs)}" y1="${PLOT.top - 4}" y2="${PLOT.bottom}"/>`,
    `<text class="moment" x="${x(line.atMs) + 6}" y="${PLOT.top - 8}">${escape(line.name)}</text>`,
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 14}" text-anchor="middle">since SIGTERM; clients in each ${barMs} ms</text>`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(`${title}. ${subtitle}`)}">`,
    `<style>${STYLE}</style>`,
    ...parts.filter((part) => part !== ""),
    "</svg>",
    "",
  ].join("\n");
}

/** A round distance that divides an axis into a handful of parts. */
function stepFor(most: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  const rough = most / 5;
  return [size / 5, size / 2, size, size * 2].map(Math.ceil).find((step) => step >= rough) ?? size * 2;
}

function ticks(most: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
