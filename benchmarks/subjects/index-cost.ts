import type { Comparison, Trial } from "../harness/comparison.ts";
import type { Form } from "../harness/form.ts";
import { runInProcess } from "../harness/in-process.ts";
import type { Subject } from "./subject.ts";

const few = 100;
const cost = "µs CPU per event";

interface Case {
  readonly title: string;
  readonly load: string;
  /** Arguments of `index-cost.ts`. */
  readonly kind: string;
  readonly door: string;
  readonly most?: number;
}

const cases: readonly Case[] = [
  {
    title: "Index by attribute, the broker alone",
    load: "each subscription wants another value of one attribute, one matches; from the log's word to the write",
    kind: "attribute",
    door: "broker",
    most: 2,
  },
  {
    title: "Index by topic, the broker alone",
    load: "each subscription wants another topic, one matches; from the log's word to the write",
    kind: "topic",
    door: "broker",
    most: 2,
  },
  {
    title: "Index by attribute, with the publish",
    load: "each subscription wants another value of one attribute, one matches; from publish on a log in memory to the write",
    kind: "attribute",
    door: "publish",
    most: 2,
  },
  {
    title: "Worst case: no equality term, the broker alone",
    load: "each subscription of one topic has a prefix filter, all of which have to be asked; one matches",
    kind: "prefix",
    door: "broker",
  },
];

export const indexCost: Subject = {
  name: "index",
  comparisons: (form) => cases.map((one) => comparison(one, form)),
};

/**
 * With the same hundred wanted, what differs is the index; with any of them wanted, each event also meets memory that no
 * cache holds.
 */
function comparison({ title, load, kind, door, most }: Case, form: Form): Comparison {
  const many = form.manySubscriptions;
  const trial = (contender: string, subscriptions: number, wanted: number): Trial => {
    const args = [kind, String(subscriptions), String(wanted), String(form.measure / 4), door];
    return { contender, measure: () => runInProcess("index-cost.ts", args) };
  };
  const base = `${few} subscriptions`;
  const hot = `${many.toLocaleString("en-US")}, ${few} of them wanted`;
  const cold = `${many.toLocaleString("en-US")}, any of them wanted`;
  return {
    title,
    load,
    trials: [trial(base, few, few), trial(hot, many, few), trial(cold, many, many)],
    claims: [hot, cold].map((of) => ({ metric: cost, of, to: base, ...(most === undefined ? {} : { most }) })),
  };
}
