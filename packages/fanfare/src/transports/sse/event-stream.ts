/** One event of a `text/event-stream`. */
export interface StreamEvent {
  /** Where a client goes on that has got this event. Absent leaves the client's last one as it is. */
  readonly id?: string;
  /** Default for clients: `message`. */
  readonly event?: string;
  readonly data: string;
  /** Milliseconds that the client waits before it connects again, from now on. */
  readonly retry?: number;
}

const LINE_END = /\r\n|\r|\n/;
const LINE_ENDS = /[\r\n]/g;
/** A NUL makes clients ignore an id. */
const NO_ID = /[\r\n\0]/g;

/** The event as the HTML standard has it. Nothing in a value can end its line or begin another field. */
export function streamEvent({ id, event, data, retry }: StreamEvent): string {
  let text = "";
  if (retry !== undefined) text += `retry: ${Math.max(0, Math.ceil(retry))}\n`;
  if (id !== undefined) text += `id: ${id.replace(NO_ID, "")}\n`;
  if (event !== undefined) text += `event: ${event.replace(LINE_ENDS, "")}\n`;
  return `${text}${dataLines(data)}\n`;
}

/** JSON never holds a raw line end and takes the short way; other text gets one field a line. */
function dataLines(data: string): string {
  if (!LINE_END.test(data)) return `data: ${data}\n`;
  return data
    .split(LINE_END)
    .map((line) => `data: ${line}\n`)
    .join("");
}
