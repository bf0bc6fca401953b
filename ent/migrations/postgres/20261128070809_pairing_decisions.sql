-- +goose Up
-- create "pairing_decisions" table
CREATE TABLE "pairing_decisions" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "parted" boolean NOT NULL, "title_id" text NOT NULL DEFAULT '' COLLATE "C", "keys" text NOT NULL DEFAULT '' COLLATE "C", "title" text NOT NULL COLLATE "C", "print_identifier" text NOT NULL DEFAULT '' COLLATE "C", "online_identifier" text NOT NULL DEFAULT '' COLLATE "C", "job_id" bigint NULL, "actor_kind" text NOT NULL DEFAULT '' COLLATE "C", "actor_id" bigint NOT NULL DEFAULT 0, "actor_name" text NOT NULL DEFAULT '' COLLATE "C", "ended_at" bigint NULL, "ended_job_id" bigint NULL, "collection_id" bigint NOT NULL, "portfolio_id" bigint NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "pairing_decisions_collections_pairing_decisions" FOREIGN KEY ("collection_id") REFERENCES "collections" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "pairing_decisions_portfolios_pairing_decisions" FOREIGN KEY ("portfolio_id") REFERENCES "portfolios" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "pairingdecision_collection_id_created_at_id" to table: "pairing_decisions"
CREATE INDEX "pairingdecision_collection_id_created_at_id" ON "pairing_decisions" ("collection_id", "created_at", "id");
-- create index "pairingdecision_ended_job_id" to table: "pairing_decisions"
CREATE INDEX "pairingdecision_ended_job_id" ON "pairing_decisions" ("ended_job_id") WHERE (ended_job_id IS NOT NULL);
-- create index "pairingdecision_job_id" to table: "pairing_decisions"
CREATE INDEX "pairingdecision_job_id" ON "pairing_decisions" ("job_id") WHERE (job_id IS NOT NULL);
-- create index "pairingdecision_portfolio_id" to table: "pairing_decisions"
CREATE INDEX "pairingdecision_portfolio_id" ON "pairing_decisions" ("portfolio_id");

-- +goose Down
-- reverse: create index "pairingdecision_portfolio_id" to table: "pairing_decisions"
DROP INDEX "pairingdecision_portfolio_id";
-- reverse: create index "pairingdecision_job_id" to table: "pairing_decisions"
DROP INDEX "pairingdecision_job_id";
-- reverse: create index "pairingdecision_ended_job_id" to table: "pairing_decisions"
DROP INDEX "pairingdecision_ended_job_id";
-- reverse: create index "pairingdecision_collection_id_created_at_id" to table: "pairing_decisions"
DROP INDEX "pairingdecision_collection_id_created_at_id";
-- reverse: create "pairing_decisions" table
DROP TABLE "pairing_decisions";
