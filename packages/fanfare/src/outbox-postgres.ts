export type { PostgresClient, PostgresPool, PostgresPoolClient } from "./outbox/postgres/client.ts";
export { postgresOutbox, type PostgresOutbox, type TransactionOutbox } from "./outbox/postgres/outbox.ts";
export { postgresOutboxStore, type PostgresOutboxOptions, type PostgresOutboxStore } from "./outbox/postgres/store.ts";
