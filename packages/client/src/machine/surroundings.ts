import type { Occurrence, Surroundings } from "../core/runtime.ts";

/** What a browser tells of the network and of the page; where there is no page, nothing ever happens. */
export function machineSurroundings(): Surroundings {
  return {
    get online() {
      return globalThis.navigator?.onLine ?? true;
    },
    watch(listener) {
      if (globalThis.addEventListener === undefined) return () => {};
      const ends = new AbortController();
      const on = (target: EventTarget, type: string, tell: (event: Event) => Occurrence | undefined): void =>
        target.addEventListener(
          type,
          (event) => {
            const occurrence = tell(event);
            if (occurrence !== undefined) listener(occurrence);
          },
          ends,
        );
      on(globalThis, "online", () => "online");
      on(globalThis, "offline", () => "offline");
      // Put aside as it is, to be shown again at once: an open connection would forbid that.
      on(globalThis, "pagehide", (event) => ((event as PageTransitionEvent).persisted ? "asleep" : undefined));
      on(globalThis, "pageshow", (event) => ((event as PageTransitionEvent).persisted ? "awake" : undefined));
      const { document } = globalThis;
      if (document !== undefined) {
        on(document, "visibilitychange", () => (document.visibilityState === "visible" ? "awake" : undefined));
        on(document, "resume", () => "awake");
      }
      return () => ends.abort();
    },
  };
}
