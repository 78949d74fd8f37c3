import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gaps } from "./cases/gaps.ts";
import { outages } from "./cases/outages.ts";
import { places } from "./cases/places.ts";
import { publishing } from "./cases/publishing.ts";
import { reading } from "./cases/reading.ts";
import { tokens } from "./cases/tokens.ts";
import { HubProcess, SECRET } from "./hub-process.ts";
import { Scene, ways, type Daemons } from "./scene.ts";

let daemons: Daemons;

beforeAll(async () => {
  const [shared, guarded, mortal] = await Promise.all([
    HubProcess.create({
      heartbeatMs: 200,
      // What retention has taken is not told from memory either.
      tailBytes: 1024,
      replayCacheBytes: 0,
      retention: { rules: [{ topics: "trimmed.>", maxEvents: 2 }], everyMs: 100 },
    }),
    HubProcess.create({ auth: { secret: SECRET }, limits: { publishRate: 20 } }),
    HubProcess.create({ sync: "full", shutdown: { spreadMs: 600 } }),
  ]);
  daemons = { shared, guarded, mortal };
});

afterAll(async () => {
  for (const daemon of Object.values(daemons ?? {})) await daemon[Symbol.asyncDispose]();
});

describe.each(ways)("over $name a client", (way) => {
  test.each([...reading, ...gaps, ...places, ...publishing, ...outages, ...tokens])("$name", async ({ run }) => {
    await using scene = new Scene(daemons, way);
    await run(scene);
    expect(scene.errors).toEqual([]);
  });
});
