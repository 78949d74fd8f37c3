const WIDTH = 120;
const HEIGHT = 32;
const SVG = "http://www.w3.org/2000/svg";

/** The last values as a small curve whose height is that of the largest. */
export class Sparkline {
  readonly #area: SVGPathElement;
  readonly #line: SVGPathElement;
  readonly #size: number;
  readonly #values: number[] = [];

  constructor(svg: SVGSVGElement, size: number) {
    this.#size = size;
    this.#area = document.createElementNS(SVG, "path");
    this.#area.setAttribute("class", "spark-area");
    this.#line = document.createElementNS(SVG, "path");
    this.#line.setAttribute("class", "spark-line");
    this.#line.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(this.#area, this.#line);
  }

  push(value: number): void {
    this.#values.push(value);
    if (this.#values.length > this.#size) this.#values.shift();
    const top = Math.max(1, ...this.#values);
    const step = WIDTH / (this.#size - 1);
    const right = WIDTH - step * (this.#values.length - 1);
    const points = this.#values.map((one, index) => {
      const y = HEIGHT - 2 - (one / top) * (HEIGHT - 4);
      return `${(right + index * step).toFixed(1)},${y.toFixed(1)}`;
    });
    const line = `M${points.join("L")}`;
    this.#line.setAttribute("d", line);
    this.#area.setAttribute("d", `${line}L${WIDTH},${HEIGHT}L${right.toFixed(1)},${HEIGHT}Z`);
  }
}
