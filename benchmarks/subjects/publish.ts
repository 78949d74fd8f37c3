import type { Claim, Comparison } from "../harness/comparison.ts";
import type { Form } from "../harness/form.ts";
import { runInProcess } from "../harness/in-process.ts";
import { plainDisk, slowDisk, type Disk } from "../harness/shim.ts";
import { metricOf } from "../in-process/measured.ts";
import { bystander } from "./bystander.ts";
import { overHttp } from "./publish-http.ts";
import type { Subject } from "./subject.ts";

/** Milliseconds that the slow disk adds to each sync. */
const slowness = 5;

export const publish: Subject = {
  name: "publish",
  comparisons(form) {
    const slow = slowDisk(slowness);
    if (slow === undefined) console.log("No C compiler (cc): the rows with a slow disk are left out.");
    const disks = slow === undefined ? [plainDisk] : [plainDisk, slow];
    return [
      ...disks.map((disk) => inProcess(disk, form)),
      ...disks.flatMap((disk) => [1, 100].map((batch) => overHttp(disk, batch, form))),
      ...(slow === undefined ? [] : [bystander(slow, form)]),
    ];
  },
};

const bare = "bare node:sqlite loop";
const indexed = "the same with indexes by id and topic";
const sequential = "Fanfare, one after the other";
const abreast = "Fanfare, 32 in flight";

function inProcess(disk: Disk, form: Form): Comparison {
  const run = (contender: string, file: string, mode: string) => ({
    contender,
    measure: () => runInProcess(file, [form.batches.join(","), String(form.perBatch), mode], disk.env),
  });
  const claims = form.batches.flatMap((size): Claim[] =>
    [sequential, abreast].flatMap((of) =>
      [indexed, bare].map((to) => ({ metric: metricOf(size), of, to, least: 0.7 })),
    ),
  );
  return {
    title: `Publish in process, ${disk.name}`,
    load: "events of 128 bytes, acknowledged, WAL with synchronous=FULL",
    trials: [
      run(bare, "sqlite-loop.ts", "plain"),
      run(indexed, "sqlite-loop.ts", "indexed"),
      run(sequential, "fanfare-publish.ts", "1"),
      run(abreast, "fanfare-publish.ts", "32"),
    ],
    claims,
  };
}
