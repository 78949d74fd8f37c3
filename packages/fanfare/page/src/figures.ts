const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A count for people: exact as long as it can be read at a glance. */
export function formatCount(count: number): string {
  return count < 10_000_000 ? whole.format(count).replaceAll(",", "\u202f") : compact.format(count);
}

/** Events a second for people: slow topics a minute, none as a dash. */
export function formatRate(perSecond: number): string {
  if (perSecond <= 0) return "–";
  if (perSecond < 1) return `${Math.max(1, Math.round(perSecond * 60))}/min`;
  return `${perSecond < 10 ? perSecond.toFixed(1) : compact.format(perSecond)}/s`;
}

/** A duration in its two largest units: `3 d 4 h`, `12 min`, `8 s`. */
export function formatDuration(seconds: number): string {
  const rest = Math.max(0, Math.floor(seconds));
  if (rest < MINUTE) return `${rest} s`;
  if (rest < HOUR) return `${Math.floor(rest / MINUTE)} min`;
  if (rest < DAY) return `${Math.floor(rest / HOUR)} h ${Math.floor((rest % HOUR) / MINUTE)} min`;
  return `${Math.floor(rest / DAY)} d ${Math.floor((rest % DAY) / HOUR)} h`;
}

/** The time of day in this place, with milliseconds. */
export function formatClock(time: string): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, "0");
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/** `1 event`, `2 events`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
