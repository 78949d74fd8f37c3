import type { Surroundings } from "../core/runtime.ts";

const TYPES = "online offline pagehide pageshow visibilitychange resume".split(" ");

/** What a browser tells of the network and of the page; where there is no page, nothing ever happens. */
export function machineSurroundings(): Surroundings {
  return {
    get online() {
      return globalThis.navigator?.onLine ?? true;
    },
    watch(listener) {
      const ends = new AbortController();
      const tell = ({ type, persisted }: Event & { readonly persisted?: boolean }): void => {
        if (type === "online" || type === "offline") listener(type);
        // Put aside as it is, to be shown again at once: an open connection would forbid that.
        else if (type === "pagehide") {
          if (persisted === true) listener("asleep");
        } else if (globalThis.document?.visibilityState === "visible") listener("awake");
      };
      // All of them reach the window, where there is one.
      for (const type of TYPES) globalThis.addEventListener?.(type, tell, { signal: ends.signal });
      return () => ends.abort();
    },
  };
}
