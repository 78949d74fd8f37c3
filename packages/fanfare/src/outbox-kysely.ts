export { kyselyOutbox, type Bell, type KyselyOutbox, type TransactionOutbox } from "./outbox/kysely/outbox.ts";
