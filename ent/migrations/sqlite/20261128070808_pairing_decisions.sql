-- +goose Up
-- create "pairing_decisions" table
CREATE TABLE `pairing_decisions` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `parted` bool NOT NULL, `title_id` text NOT NULL DEFAULT (''), `keys` text NOT NULL DEFAULT (''), `title` text NOT NULL, `print_identifier` text NOT NULL DEFAULT (''), `online_identifier` text NOT NULL DEFAULT (''), `job_id` integer NULL, `actor_kind` text NOT NULL DEFAULT (''), `actor_id` integer NOT NULL DEFAULT (0), `actor_name` text NOT NULL DEFAULT (''), `ended_at` integer NULL, `ended_job_id` integer NULL, `collection_id` integer NOT NULL, `portfolio_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `pairing_decisions_collections_pairing_decisions` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE, CONSTRAINT `pairing_decisions_portfolios_pairing_decisions` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE CASCADE);
-- create index "pairingdecision_collection_id_created_at_id" to table: "pairing_decisions"
CREATE INDEX `pairingdecision_collection_id_created_at_id` ON `pairing_decisions` (`collection_id`, `created_at`, `id`);
-- create index "pairingdecision_portfolio_id" to table: "pairing_decisions"
CREATE INDEX `pairingdecision_portfolio_id` ON `pairing_decisions` (`portfolio_id`);
-- create index "pairingdecision_job_id" to table: "pairing_decisions"
CREATE INDEX `pairingdecision_job_id` ON `pairing_decisions` (`job_id`) WHERE job_id IS NOT NULL;
-- create index "pairingdecision_ended_job_id" to table: "pairing_decisions"
CREATE INDEX `pairingdecision_ended_job_id` ON `pairing_decisions` (`ended_job_id`) WHERE ended_job_id IS NOT NULL;

-- +goose Down
-- reverse: create index "pairingdecision_ended_job_id" to table: "pairing_decisions"
DROP INDEX `pairingdecision_ended_job_id`;
-- reverse: create index "pairingdecision_job_id" to table: "pairing_decisions"
DROP INDEX `pairingdecision_job_id`;
-- reverse: create index "pairingdecision_portfolio_id" to table: "pairing_decisions"
DROP INDEX `pairingdecision_portfolio_id`;
-- reverse: create index "pairingdecision_collection_id_created_at_id" to table: "pairing_decisions"
DROP INDEX `pairingdecision_collection_id_created_at_id`;
-- reverse: create "pairing_decisions" table
DROP TABLE `pairing_decisions`;
