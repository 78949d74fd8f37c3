import { defineApp, defineRoute, type AppContext, type AppTransaction } from "fanfare/app";
import { z } from "zod";

/** The example of these tests: counters that people add to, and a reaction that sums up all of them. */
interface CountersTables {
  counters: { name: string; value: number };
  sums: { day: string; total: number; events: number };
}

const counter = z.object({ name: z.string(), value: z.int() });

const routes = {
  add: defineRoute({
    method: "POST",
    path: "/counters/{counter}/add",
    summary: "Add to a counter",
    input: z.object({ counter: z.string(), by: z.int().min(1).max(1_000).default(1) }),
    output: counter,
  }),
  list: defineRoute({
    method: "GET",
    path: "/counters",
    summary: "List the counters",
    input: z.object({ limit: z.int().min(1).max(1_000).default(100) }),
    output: z.object({ counters: z.array(counter) }),
  }),
  sum: defineRoute({
    method: "GET",
    path: "/sum",
    summary: "Show the sum that the reaction keeps",
    input: z.object({}),
    output: z.object({ total: z.int(), events: z.int() }),
  }),
};

const service = ({ db }: AppContext<CountersTables>) => ({
  add: ({ counter: name, by }: { counter: string; by: number }, call: Parameters<AppTransaction<unknown>["once"]>[0]) =>
    db.transaction((tx) =>
      tx.once(call, async () => {
        const row = await tx
          .insertInto("counters")
          .values({ name, value: by })
          .onConflict((one) => one.column("name").doUpdateSet(({ eb }) => ({ value: eb("counters.value", "+", by) })))
          .returningAll()
          .executeTakeFirstOrThrow();
        await tx.outbox.add(`counters.${name}`, { type: "counter.added", attributes: { counter: name }, data: { by } });
        return row;
      }),
    ),
  list: async ({ limit }: { limit: number }) => ({
    counters: await db.reader.selectFrom("counters").selectAll().orderBy("name").limit(limit).execute(),
  }),
  sum: async () =>
    (await db.reader.selectFrom("sums").select(["total", "events"]).executeTakeFirst()) ?? { total: 0, events: 0 },
});

async function addToSum(tx: AppTransaction<CountersTables>, by: number): Promise<void> {
  await tx
    .insertInto("sums")
    .values({ day: "all", total: by, events: 1 })
    .onConflict((one) =>
      one
        .column("day")
        .doUpdateSet(({ eb }) => ({ total: eb("sums.total", "+", by), events: eb("sums.events", "+", 1) })),
    )
    .execute();
}

export const counters = defineApp({
  name: "counters",
  routes,
  service,
  migrations: {
    "1": {
      async up(db) {
        await db.schema
          .createTable("counters")
          .addColumn("name", "text", (column) => column.primaryKey())
          .addColumn("value", "integer", (column) => column.notNull())
          .execute();
        await db.schema
          .createTable("sums")
          .addColumn("day", "text", (column) => column.primaryKey())
          .addColumn("total", "integer", (column) => column.notNull())
          .addColumn("events", "integer", (column) => column.notNull())
          .execute();
      },
    },
  },
  reactions: {
    sum: {
      topics: ["counters.>"],
      retry: { attempts: 2, baseMs: 1 },
      async handle({ data }, tx) {
        const { by } = data as { readonly by: number };
        // A number that this app does not like, unless it was told to.
        if (by === 13 && process.env["LIKES_13"] !== "yes") throw new Error("13 is no good number");
        await addToSum(tx, by);
      },
    },
  },
  commands(program, cli) {
    program
      .command("add <counter>")
      .description("Add to a counter.")
      .option("--by <number>", "how much", Number)
      .option("--key <key>", "the same key has one effect")
      .action(
        cli.action(async ({ service: on, caller, json, print, printJson }, name: string, options: Options) => {
          const answer = await on.add({ counter: name, by: options.by }, { ...caller, idempotencyKey: options.key });
          if (json) printJson(answer);
          else print(`${answer.name} is ${answer.value}`);
        }),
      );
    program
      .command("list")
      .description("List the counters.")
      .action(
        cli.action(async ({ service: on, print, table }) => {
          const all = (await on.list({})).counters;
          print(
            table(
              ["COUNTER", "VALUE"],
              all.map(({ name, value }) => [name, value]),
            ),
          );
        }),
      );
    program
      .command("wait")
      .description("Wait for an interrupt.")
      .action(
        cli.action(async ({ signal, note }) => {
          note("waiting");
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        }),
      );
  },
});

interface Options {
  readonly by?: number;
  readonly key?: string;
}
