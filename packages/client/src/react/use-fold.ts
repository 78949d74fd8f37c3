import { useEffect, useInsertionEffect, useState, useSyncExternalStore } from "react";
import { Fold } from "./fold.ts";
import type { View } from "./view.ts";
import { selectionKey, type Wanted } from "./wanted.ts";

/** A fold for as long as client and key stay the same; then another one, which begins with `initial`. */
export function useFold<State>(client: object, key: string, initial: State, wanted: Wanted<State>): View<State> {
  const make = (): Fold<State> => new Fold(client, key, initial, wanted);
  const [fold, setFold] = useState(make);
  if (fold.client !== client || fold.key !== key) setFold(make);
  // Before every other effect, so that none sees what an earlier render wanted.
  useInsertionEffect(() => fold.wants(wanted));
  useEffect(() => fold.open(), [fold]);
  const selection = selectionKey(wanted.options);
  useEffect(() => fold.select(), [fold, selection]);
  return useSyncExternalStore(fold.watch, fold.view, fold.firstView);
}
