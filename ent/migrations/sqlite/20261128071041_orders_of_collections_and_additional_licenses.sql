-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_po_lines" table
CREATE TABLE `new_po_lines` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `number` text NOT NULL, `vendor` text NOT NULL DEFAULT (''), `status` text NOT NULL DEFAULT (''), `type` text NOT NULL DEFAULT (''), `ordered_on` text NOT NULL DEFAULT (''), `renews_on` text NOT NULL DEFAULT (''), `note` text NOT NULL DEFAULT (''), `process_type` text NOT NULL DEFAULT (''), `fund` text NOT NULL DEFAULT (''), `price` text NOT NULL DEFAULT (''), `currency` text NOT NULL DEFAULT (''), `interval_from` text NOT NULL DEFAULT (''), `interval_until` text NOT NULL DEFAULT (''), `main` bool NOT NULL DEFAULT (true), `version` integer NOT NULL DEFAULT (1), `collection_id` integer NULL, `portfolio_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `po_lines_collections_po_lines` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE RESTRICT, CONSTRAINT `po_lines_portfolios_po_lines` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE RESTRICT);
-- copy rows from old table "po_lines" to new temporary table "new_po_lines"
INSERT INTO `new_po_lines` (`id`, `created_at`, `updated_at`, `number`, `vendor`, `status`, `type`, `ordered_on`, `renews_on`, `note`, `main`, `version`, `portfolio_id`) SELECT `id`, `created_at`, `updated_at`, `number`, `vendor`, `status`, `type`, `ordered_on`, `renews_on`, `note`, `main`, `version`, `portfolio_id` FROM `po_lines`;
-- reviewed: every row and column was copied to new_po_lines before, and foreign keys are off
-- drop "po_lines" table after copying rows
DROP TABLE `po_lines`;
-- rename temporary table "new_po_lines" to "po_lines"
ALTER TABLE `new_po_lines` RENAME TO `po_lines`;
-- create index "po_lines_number_key" to table: "po_lines"
CREATE UNIQUE INDEX `po_lines_number_key` ON `po_lines` (`number`);
-- create index "poline_portfolio_id_main" to table: "po_lines"
CREATE INDEX `poline_portfolio_id_main` ON `po_lines` (`portfolio_id`, `main`);
-- create index "po_line_one_main" to table: "po_lines"
CREATE UNIQUE INDEX `po_line_one_main` ON `po_lines` (`portfolio_id`) WHERE main AND portfolio_id IS NOT NULL;
-- create index "poline_collection_id" to table: "po_lines"
CREATE INDEX `poline_collection_id` ON `po_lines` (`collection_id`) WHERE collection_id IS NOT NULL;
-- create index "po_line_one_main_of_collection" to table: "po_lines"
CREATE UNIQUE INDEX `po_line_one_main_of_collection` ON `po_lines` (`collection_id`) WHERE main AND collection_id IS NOT NULL;
-- create index "poline_vendor_id" to table: "po_lines"
CREATE INDEX `poline_vendor_id` ON `po_lines` (`vendor`, `id`);
-- create index "poline_status_id" to table: "po_lines"
CREATE INDEX `poline_status_id` ON `po_lines` (`status`, `id`);
-- create "additional_licenses" table
CREATE TABLE `additional_licenses` (`portfolio_id` integer NOT NULL, `license_id` integer NOT NULL, PRIMARY KEY (`portfolio_id`, `license_id`), CONSTRAINT `additional_licenses_portfolios_portfolio` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE CASCADE, CONSTRAINT `additional_licenses_licenses_license` FOREIGN KEY (`license_id`) REFERENCES `licenses` (`id`) ON DELETE RESTRICT);
-- create index "additionallicense_license_id" to table: "additional_licenses"
CREATE INDEX `additionallicense_license_id` ON `additional_licenses` (`license_id`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: create index "additionallicense_license_id" to table: "additional_licenses"
DROP INDEX `additionallicense_license_id`;
-- reverse: create "additional_licenses" table
DROP TABLE `additional_licenses`;
-- reverse: create index "poline_status_id" to table: "po_lines"
DROP INDEX `poline_status_id`;
-- reverse: create index "poline_vendor_id" to table: "po_lines"
DROP INDEX `poline_vendor_id`;
-- reverse: create index "po_line_one_main_of_collection" to table: "po_lines"
DROP INDEX `po_line_one_main_of_collection`;
-- reverse: create index "poline_collection_id" to table: "po_lines"
DROP INDEX `poline_collection_id`;
-- reverse: create index "po_line_one_main" to table: "po_lines"
DROP INDEX `po_line_one_main`;
-- reverse: create index "poline_portfolio_id_main" to table: "po_lines"
DROP INDEX `poline_portfolio_id_main`;
-- reverse: create index "po_lines_number_key" to table: "po_lines"
DROP INDEX `po_lines_number_key`;
-- reverse: create "new_po_lines" table
DROP TABLE `new_po_lines`;
