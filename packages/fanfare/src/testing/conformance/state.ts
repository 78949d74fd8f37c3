import assert from "node:assert/strict";
import type { State } from "../../core/ports/state.ts";
import { handlesCase, type ConformanceCase, type Handles, type PortStore } from "./conformance-case.ts";
import { assertRejects } from "./log-case.ts";
import { range } from "./log-reading.ts";

export type StateStore = PortStore<State>;
export type StateCase = ConformanceCase<StateStore>;

/** Every MUST of the `State` port. */
export const stateConformance: readonly StateCase[] = [
  stateCase("what was put can be read by every handle, and after a restart", async (state, other, handles) => {
    assert.equal(await other.get("a"), undefined);
    const version = await state.put("a", "é\0\u{1f600}");
    assert.deepEqual(await other.get("a"), { key: "a", value: "é\0\u{1f600}", version });
    await handles.restart();
    assert.deepEqual(await handles.handle.get("a"), { key: "a", value: "é\0\u{1f600}", version });
  }),

  stateCase("a version grows with every write, from 1, also across a delete", async (state, other) => {
    const versions = [await state.put("a", "1"), await other.put("a", "2"), await state.put("a", "2")];
    await other.delete("a");
    versions.push(await state.put("a", "3"));
    await state.put("b", "1");
    await state.delete("b");
    await state.delete("a");
    versions.push(await other.put("a", "4"));
    for (const [index, version] of versions.entries()) assert.ok((version ?? 0) > (versions[index - 1] ?? 0));
  }),

  stateCase("a put with `expect` writes only when it equals the version; 0 is none", async (state, other) => {
    assert.equal(await state.put("a", "wrong", { expect: 1 }), undefined);
    const first = await state.put("a", "1", { expect: 0 });
    assert.ok(first);
    assert.equal(await other.put("a", "wrong", { expect: 0 }), undefined);
    assert.equal(await other.put("a", "wrong", { expect: first + 1 }), undefined);
    assert.equal((await state.get("a"))?.value, "1");
    assert.ok(await other.put("a", "2", { expect: first }));
    assert.equal((await state.get("a"))?.value, "2");
  }),

  stateCase("a delete is answered by whether there was something to remove", async (state, other) => {
    const version = (await state.put("a", "1")) ?? 0;
    assert.equal(await other.delete("b"), false);
    assert.equal(await other.delete("a", { expect: version + 1 }), false);
    assert.equal(await other.delete("a", { expect: version }), true);
    assert.equal(await state.get("a"), undefined);
    assert.equal(await state.delete("a"), false);
    assert.ok(await other.put("a", "2", { expect: 0 }));
  }),

  stateCase("of concurrent compare-and-sets one wins a round", async (state, other) => {
    await Promise.all(range(1, 20).map((index) => increment(index % 2 === 0 ? state : other)));
    assert.equal((await other.get("count"))?.value, "20");
  }),

  stateCase("entries are listed by key, by a prefix that means only itself", async (state, other) => {
    for (const key of ["b", "a%2", "a_1", "a%1", "ab", "A%", "a"]) await state.put(key, key);
    const keys = async (prefix: string): Promise<readonly string[]> => (await other.list(prefix)).map(({ key }) => key);
    assert.deepEqual(await keys("a%"), ["a%1", "a%2"]);
    assert.deepEqual(await keys("a_"), ["a_1"]);
    assert.deepEqual(await keys("a"), ["a", "a%1", "a%2", "a_1", "ab"]);
    assert.deepEqual(await keys(""), ["A%", "a", "a%1", "a%2", "a_1", "ab", "b"]);
    assert.deepEqual(await keys("c"), []);
    const [entry] = await other.list("ab");
    assert.deepEqual(entry, await state.get("ab"));
  }),

  stateCase("an entry that expired is not there", async (state, other) => {
    await state.put("a.stays", "1", { expires: Date.now() + 60_000 });
    const gone = (await state.put("a.gone", "1", { expires: Date.now() - 1 })) ?? 0;
    assert.equal(await other.get("a.gone"), undefined);
    assert.deepEqual(
      (await other.list("a.")).map(({ key }) => key),
      ["a.stays"],
    );
    assert.equal(await other.delete("a.gone"), false);
    assert.equal(await other.put("a.gone", "2", { expect: gone }), undefined);
    assert.ok(((await other.put("a.gone", "2", { expect: 0 })) ?? 0) > gone);
    assert.equal((await state.get("a.gone"))?.value, "2");
  }),

  stateCase("a put without `expires` takes an earlier one away", async (state, other) => {
    await state.put("a", "1", { expires: Date.now() - 1 });
    await other.put("a", "2");
    assert.equal((await state.get("a"))?.value, "2");
  }),

  stateCase("a closed handle answers everything with `unavailable`", async (_state, _other, handles) => {
    const state = await handles.further();
    await state.close();
    await state.close();
    await assertRejects(state.get("a"), "unavailable");
    await assertRejects(state.put("a", "1"), "unavailable");
    await assertRejects(state.delete("a"), "unavailable");
    await assertRejects(state.list(""), "unavailable");
  }),
];

function stateCase(
  name: string,
  body: (state: State, other: State, handles: Handles<State>) => Promise<void>,
): StateCase {
  return handlesCase<State>(name, (handles) => body(handles.handle, handles.other, handles));
}

async function increment(handle: State): Promise<void> {
  for (;;) {
    const entry = await handle.get("count");
    const next = String(Number(entry?.value ?? 0) + 1);
    if ((await handle.put("count", next, { expect: entry?.version ?? 0 })) !== undefined) return;
  }
}
