-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- reviewed: the table is made anew with all of its rows; a text of a statement's own that was empty said "as the title has it", which is NULL now
-- create "new_coverage_statements" table
CREATE TABLE `new_coverage_statements` (`id` integer NOT NULL, `position` integer NOT NULL, `date_first_issue_online` text NOT NULL DEFAULT (''), `num_first_vol_online` text NOT NULL DEFAULT (''), `num_first_issue_online` text NOT NULL DEFAULT (''), `date_last_issue_online` text NOT NULL DEFAULT (''), `num_last_vol_online` text NOT NULL DEFAULT (''), `num_last_issue_online` text NOT NULL DEFAULT (''), `embargo_info` text NOT NULL DEFAULT (''), `title_url` text NULL, `notes` text NULL, `coverage_depth` text NULL, `kind` text NOT NULL DEFAULT (''), `entitlement_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `coverage_statements_entitlements_coverage` FOREIGN KEY (`entitlement_id`) REFERENCES `entitlements` (`id`) ON DELETE CASCADE);
-- copy rows from old table "coverage_statements" to new temporary table "new_coverage_statements"
INSERT INTO `new_coverage_statements` (`id`, `position`, `date_first_issue_online`, `num_first_vol_online`, `num_first_issue_online`, `date_last_issue_online`, `num_last_vol_online`, `num_last_issue_online`, `embargo_info`, `title_url`, `notes`, `kind`, `entitlement_id`) SELECT `id`, `position`, `date_first_issue_online`, `num_first_vol_online`, `num_first_issue_online`, `date_last_issue_online`, `num_last_vol_online`, `num_last_issue_online`, `embargo_info`, NULLIF(`title_url`, ''), NULLIF(`notes`, ''), `kind`, `entitlement_id` FROM `coverage_statements`;
-- drop "coverage_statements" table after copying rows
DROP TABLE `coverage_statements`;
-- rename temporary table "new_coverage_statements" to "coverage_statements"
ALTER TABLE `new_coverage_statements` RENAME TO `coverage_statements`;
-- create index "coveragestatement_entitlement_id_position" to table: "coverage_statements"
CREATE UNIQUE INDEX `coveragestatement_entitlement_id_position` ON `coverage_statements` (`entitlement_id`, `position`);
-- add columns to table: "entitlements"
ALTER TABLE `entitlements` ADD COLUMN `waiting` text NOT NULL DEFAULT '';
ALTER TABLE `entitlements` ADD COLUMN `waiting_since` text NOT NULL DEFAULT '';
ALTER TABLE `entitlements` ADD COLUMN `given_back` bool NOT NULL DEFAULT false;
ALTER TABLE `entitlements` ADD COLUMN `own_values` text NOT NULL DEFAULT '';
ALTER TABLE `entitlements` ADD COLUMN `own_hash` integer NULL;
-- add columns to table: "jobs"
ALTER TABLE `jobs` ADD COLUMN `idempotency_hash` text NOT NULL DEFAULT '';
-- add columns to table: "job_changes"
ALTER TABLE `job_changes` ADD COLUMN `title_id` text NOT NULL DEFAULT '';
ALTER TABLE `job_changes` ADD COLUMN `print_identifier` text NOT NULL DEFAULT '';
ALTER TABLE `job_changes` ADD COLUMN `online_identifier` text NOT NULL DEFAULT '';
ALTER TABLE `job_changes` ADD COLUMN `value_kind` text NOT NULL DEFAULT '';
-- add columns to table: "job_findings"
ALTER TABLE `job_findings` ADD COLUMN `title` text NOT NULL DEFAULT '';
-- add columns to table: "job_parts"
ALTER TABLE `job_parts` ADD COLUMN `guards` json NULL;
ALTER TABLE `job_parts` ADD COLUMN `would_be` text NOT NULL DEFAULT '';
ALTER TABLE `job_parts` ADD COLUMN `kinds` text NOT NULL DEFAULT '';
-- add columns to table: "profiles"
ALTER TABLE `profiles` ADD COLUMN `guards` json NULL;
-- add columns to table: "provider_files"
ALTER TABLE `provider_files` ADD COLUMN `customer_number` text NOT NULL DEFAULT '';
ALTER TABLE `provider_files` ADD COLUMN `columns` json NULL;
-- create index "entitlement_waiting" to table: "entitlements"
CREATE INDEX `entitlement_waiting` ON `entitlements` (`portfolio_id`) WHERE waiting <> '';
-- create "list_decisions" table
CREATE TABLE `list_decisions` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `kind` text NOT NULL, `decision` text NOT NULL, `reason` text NOT NULL DEFAULT (''), `job_id` integer NOT NULL, `collection_id` integer NOT NULL, `provider_file_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `list_decisions_collections_list_decisions` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE, CONSTRAINT `list_decisions_provider_files_decisions` FOREIGN KEY (`provider_file_id`) REFERENCES `provider_files` (`id`) ON DELETE CASCADE);
-- create index "listdecision_provider_file_id_collection_id_kind" to table: "list_decisions"
CREATE UNIQUE INDEX `listdecision_provider_file_id_collection_id_kind` ON `list_decisions` (`provider_file_id`, `collection_id`, `kind`);
-- create index "listdecision_collection_id" to table: "list_decisions"
CREATE INDEX `listdecision_collection_id` ON `list_decisions` (`collection_id`);
-- create "refused_rows" table
CREATE TABLE `refused_rows` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `row_hash` integer NOT NULL, `row` text NOT NULL, `collection_id` integer NOT NULL, `portfolio_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `refused_rows_collections_refused_rows` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE, CONSTRAINT `refused_rows_portfolios_refused_rows` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE CASCADE);
-- create index "refusedrow_collection_id_row_hash" to table: "refused_rows"
CREATE UNIQUE INDEX `refusedrow_collection_id_row_hash` ON `refused_rows` (`collection_id`, `row_hash`);
-- create index "refusedrow_portfolio_id" to table: "refused_rows"
CREATE INDEX `refusedrow_portfolio_id` ON `refused_rows` (`portfolio_id`) WHERE portfolio_id IS NOT NULL;
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
