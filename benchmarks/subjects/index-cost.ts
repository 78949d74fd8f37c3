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
    title: "Index by attribute, from publish to write",
    load: "each subscription wants another value of one attribute, one matches; published on a log in memory",
    kind: "attribute",
    door: "publish",
    most: 2,
  },
  {
    title: "Index by attribute, the broker alone",
    load: "each subscription wants another value of one attribute, one matches; from the log's word",
    kind: "attribute",
    door: "broker",
    most: 2,
  },
  {
    title: "Index by topic, the broker alone",
    load: "each subscription wants another topic, one matches; from the log's word",
    kind: "topic",
    door: "broker",
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

function comparison({ title, load, kind, door, most }: Case, form: Form): Comparison {
  const trial = (subscriptions: number): Trial => ({
    contender: nameOf(subscriptions),
    measure: () => runInProcess("index-cost.ts", [kind, String(subscriptions), String(form.measure / 4), door]),
  });
  const claim = { metric: cost, of: nameOf(form.manySubscriptions), to: nameOf(few) };
  return {
    title,
    load,
    trials: [trial(few), trial(form.manySubscriptions)],
    claims: [most === undefined ? claim : { ...claim, most }],
  };
}

function nameOf(subscriptions: number): string {
  return `${subscriptions.toLocaleString("en-US")} subscriptions`;
}
