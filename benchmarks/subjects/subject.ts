import type { Comparison } from "../harness/comparison.ts";
import type { Form } from "../harness/form.ts";

/** What `npm run bench -- NAME` runs. */
export interface Subject {
  readonly name: string;
  comparisons(form: Form): readonly Comparison[];
}
