import { deploy } from "./deploy.ts";
import { fanout } from "./fanout.ts";
import { idle } from "./idle.ts";
import { indexCost } from "./index-cost.ts";
import { jitter } from "./jitter.ts";
import { publish } from "./publish.ts";
import { slowReaders } from "./slow-readers.ts";
import type { Subject } from "./subject.ts";

export const subjects: readonly Subject[] = [fanout, idle, publish, indexCost, slowReaders, jitter, deploy];
