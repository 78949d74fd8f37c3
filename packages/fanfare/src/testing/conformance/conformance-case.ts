/**
 * One requirement of a port as data: it runs under any test runner, and throws when the adapter breaks the requirement.
 *
 * @typeParam Store - how the case opens handles on one empty store
 * @typeParam Capabilities - what an adapter may declare that it cannot promise
 *
 * @example
 * const cases = logConformance.filter(({ when }) => when?.(capabilities) ?? true);
 * for (const { name, run } of cases) test(name, () => run(emptyStore()));
 */
export interface ConformanceCase<Store, Capabilities = unknown> {
  readonly name: string;
  /** Absent: every adapter must pass. Otherwise only adapters whose capabilities say so. */
  readonly when?: (capabilities: Capabilities) => boolean;
  readonly run: (store: Store) => Promise<void>;
}

/** How a case opens handles on one store that was empty at first. */
export interface PortStore<Handle> {
  /** A new handle. */
  open(): Promise<Handle>;
  /**
   * Plays the neighbour: another process's handle, say, or the very handle that it is given. Default: {@link open}.
   */
  neighbour?(handle: Handle): Promise<Handle>;
}

interface Closable {
  close(): Promise<void>;
}

/** The handles of one running case. */
export class Handles<Handle extends Closable> {
  readonly #store: PortStore<Handle>;
  readonly #opened: Set<Handle> = new Set();
  #pair: { readonly handle: Handle; readonly other: Handle };

  private constructor(store: PortStore<Handle>, pair: { readonly handle: Handle; readonly other: Handle }) {
    this.#store = store;
    this.#pair = this.#keep(pair);
  }

  static async open<Handle extends Closable>(store: PortStore<Handle>): Promise<Handles<Handle>> {
    return new Handles(store, await openPair(store));
  }

  get handle(): Handle {
    return this.#pair.handle;
  }

  /** The neighbour: whatever the one wrote, the other must see. */
  get other(): Handle {
    return this.#pair.other;
  }

  /** A further handle, which the case may close. */
  async further(): Promise<Handle> {
    const handle = await this.#store.open();
    this.#opened.add(handle);
    return handle;
  }

  /** Closes every handle and opens the two again: a restart of all that use the store. */
  async restart(): Promise<void> {
    await this.close();
    this.#pair = this.#keep(await openPair(this.#store));
  }

  async close(): Promise<void> {
    const handles = [...this.#opened];
    this.#opened.clear();
    await Promise.all(handles.map((handle) => handle.close()));
  }

  #keep(pair: { readonly handle: Handle; readonly other: Handle }): {
    readonly handle: Handle;
    readonly other: Handle;
  } {
    this.#opened.add(pair.handle).add(pair.other);
    return pair;
  }
}

async function openPair<Handle>(
  store: PortStore<Handle>,
): Promise<{ readonly handle: Handle; readonly other: Handle }> {
  const handle = await store.open();
  return { handle, other: await (store.neighbour?.(handle) ?? store.open()) };
}

/** Makes a case of a body that works on open handles, and gives them all back whatever happens. */
export function handlesCase<Handle extends Closable>(
  name: string,
  body: (handles: Handles<Handle>) => Promise<void>,
): ConformanceCase<PortStore<Handle>> {
  return {
    name,
    async run(store) {
      const handles = await Handles.open(store);
      try {
        await body(handles);
      } finally {
        await handles.close();
      }
    },
  };
}
