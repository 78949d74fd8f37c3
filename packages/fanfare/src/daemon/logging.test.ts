import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { prettyStream } from "./logging.ts";

test("a structured line becomes one for people", async () => {
  const target = new PassThrough();
  const stream = prettyStream(target);
  stream.write(
    '{"level":"warn","time":"2026-01-31T12:00:00.000Z","msg":"slow disk","ms":12,"topic":"a.b","err":{"message":"no space","stack":"…"}}\n',
  );
  stream.end(() => target.end());
  expect(await text(target)).toBe('12:00:00.000 warn  slow disk ms=12 topic=a.b err="no space"\n');
});
