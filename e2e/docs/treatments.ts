/** What is done with a block that is not simply run to its end. */
export type Treatment = {
  readonly document: string;
  /** The block's first line, or its language when all of its blocks are meant. */
  readonly block: string;
} & (
  | {
      /** A daemon, which takes the place of the one at its address until the chapter ends. */
      readonly kind: "daemon";
    }
  | {
      /** A reader that runs until the chapter ends, and by then has said this. */
      readonly kind: "reader";
      readonly says: RegExp;
    }
  | {
      readonly kind: "not run";
      readonly why: string;
    }
);

export const TREATMENTS: readonly Treatment[] = [
  {
    document: "README.md",
    block: "npm start",
    kind: "not run",
    why: "it installs and builds for everybody, and then is the daemon that the other blocks are run against",
  },
  {
    document: "README.md",
    block: "npx --no -- fanfare tail 'orders.>'",
    kind: "reader",
    says: /order\.paid customer=c1 \{"total":12\}\n.*order\.paid \{"total":30\}/,
  },
  {
    document: "README.md",
    block: "npm test",
    kind: "not run",
    why: "it is what runs this test",
  },
  {
    document: "docs/guide.md",
    block: "npm pack --workspace packages/protocol --workspace packages/fanfare --pack-destination ..",
    kind: "not run",
    why: "it packs what the build has made, and asks a registry for the rest",
  },
  { document: "docs/guide.md", block: "fanfare serve --config pages.config.ts", kind: "daemon" },
  { document: "docs/guide.md", block: "fanfare serve --config shop.config.ts", kind: "daemon" },
  {
    document: "docs/guide.md",
    block: "fanfare tail 'docs.*'",
    kind: "reader",
    says: /^~ \S+ docs\.D-1 typing who=ada null$/m,
  },
  { document: "docs/guide.md", block: "fanfare serve --config closed.config.ts", kind: "daemon" },
  { document: "docs/guide.md", block: "fanfare serve --config login.config.ts", kind: "daemon" },
  { document: "docs/guide.md", block: "fanfare serve --config retention.config.ts", kind: "daemon" },
  { document: "docs/guide.md", block: "fanfare serve --addr 127.0.0.1:3002", kind: "daemon" },
  { document: "docs/apps.md", block: "fanfare serve", kind: "daemon" },
  {
    document: "docs/client.md",
    block: "npm pack --workspace packages/protocol --workspace packages/client --pack-destination ..",
    kind: "not run",
    why: "it packs what the build has made, and asks a registry for the rest",
  },
  { document: "docs/client.md", block: "fanfare serve --config pages.config.ts", kind: "daemon" },
  { document: "docs/client.md", block: "fanfare serve --config closed.config.ts", kind: "daemon" },
  {
    document: "docs/client.md",
    block: "<!-- orders.html -->",
    kind: "not run",
    why: "htmx is nothing that the workspace installs",
  },
  {
    document: "docs/guide.md",
    block: "// postgres-orders.ts",
    kind: "not run",
    why: "it needs a server with a database of that name; it is compiled, and e2e/outbox does the same",
  },
  {
    document: "docs/guide.md",
    block: "// kysely-orders.ts",
    kind: "not run",
    why: "it needs a server with a database of that name; it is compiled, and e2e/outbox does the same",
  },
  {
    document: "docs/guide.md",
    block: "// Drizzle",
    kind: "not run",
    why: "Drizzle and Prisma are nothing that the workspace installs",
  },
  { document: "docs/guide.md", block: "nginx", kind: "not run", why: "nginx is nothing that the workspace installs" },
];
