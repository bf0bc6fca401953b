-- +goose Up
-- reviewed: every row is copied; what was locked is a local value afterwards
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_collections" table
CREATE TABLE `new_collections` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `name` text NOT NULL, `name_key` text NOT NULL, `content` text NOT NULL DEFAULT (''), `active` bool NOT NULL DEFAULT (true), `available` bool NOT NULL DEFAULT (true), `auto_activate_new_portfolios` bool NOT NULL DEFAULT (false), `activation_type` text NOT NULL DEFAULT ('MANUAL'), `perpetual_access` bool NOT NULL DEFAULT (false), `perpetual_from` text NOT NULL DEFAULT (''), `perpetual_until` text NOT NULL DEFAULT (''), `writer_job_id` integer NULL, `version` integer NOT NULL DEFAULT (1), `community_zone_collection_id` integer NULL, `license_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `collections_community_zone_collections_collections` FOREIGN KEY (`community_zone_collection_id`) REFERENCES `community_zone_collections` (`id`) ON DELETE SET NULL, CONSTRAINT `collections_licenses_collections` FOREIGN KEY (`license_id`) REFERENCES `licenses` (`id`) ON DELETE RESTRICT);
-- copy rows from old table "collections" to new temporary table "new_collections"
INSERT INTO `new_collections` (`id`, `created_at`, `updated_at`, `name`, `name_key`, `content`, `active`, `available`, `auto_activate_new_portfolios`, `activation_type`, `writer_job_id`, `version`, `community_zone_collection_id`, `license_id`) SELECT `id`, `created_at`, `updated_at`, `name`, `name_key`, `content`, `active`, `available`, `auto_activate_new_portfolios`, `activation_type`, `writer_job_id`, `version`, `community_zone_collection_id`, `license_id` FROM `collections`;
-- drop "collections" table after copying rows
DROP TABLE `collections`;
-- rename temporary table "new_collections" to "collections"
ALTER TABLE `new_collections` RENAME TO `collections`;
-- create index "collection_name_key_id" to table: "collections"
CREATE INDEX `collection_name_key_id` ON `collections` (`name_key`, `id`);
-- create index "collection_community_zone_collection_id" to table: "collections"
CREATE UNIQUE INDEX `collection_community_zone_collection_id` ON `collections` (`community_zone_collection_id`);
-- create index "collection_license_id" to table: "collections"
CREATE INDEX `collection_license_id` ON `collections` (`license_id`);
-- create "new_licenses" table
CREATE TABLE `new_licenses` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `code` text NOT NULL, `name` text NOT NULL DEFAULT (''), `vendor` text NOT NULL DEFAULT (''), `status` text NOT NULL DEFAULT (''), `type` text NOT NULL DEFAULT (''), `starts_on` text NOT NULL DEFAULT (''), `ends_on` text NOT NULL DEFAULT (''), `note` text NOT NULL DEFAULT (''), `perpetual_access` bool NOT NULL DEFAULT (false), `perpetual_from` text NOT NULL DEFAULT (''), `perpetual_until` text NOT NULL DEFAULT (''), `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));
-- copy rows from old table "licenses" to new temporary table "new_licenses"
INSERT INTO `new_licenses` (`id`, `created_at`, `updated_at`, `code`, `name`, `vendor`, `status`, `type`, `starts_on`, `ends_on`, `note`, `version`) SELECT `id`, `created_at`, `updated_at`, `code`, `name`, `vendor`, `status`, `type`, `starts_on`, `ends_on`, `note`, `version` FROM `licenses`;
-- drop "licenses" table after copying rows
DROP TABLE `licenses`;
-- rename temporary table "new_licenses" to "licenses"
ALTER TABLE `new_licenses` RENAME TO `licenses`;
-- create index "licenses_code_key" to table: "licenses"
CREATE UNIQUE INDEX `licenses_code_key` ON `licenses` (`code`);
-- create index "license_vendor_id" to table: "licenses"
CREATE INDEX `license_vendor_id` ON `licenses` (`vendor`, `id`);
-- create index "license_status_id" to table: "licenses"
CREATE INDEX `license_status_id` ON `licenses` (`status`, `id`);
-- create index "license_perpetual" to table: "licenses"
CREATE INDEX `license_perpetual` ON `licenses` (`id`) WHERE perpetual_access;
-- create "new_portfolios" table
CREATE TABLE `new_portfolios` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `available` bool NOT NULL, `listed` bool NOT NULL, `removed_at` integer NULL, `review` text NOT NULL DEFAULT (''), `local_values` text NOT NULL DEFAULT (''), `access_rights` text NOT NULL DEFAULT (''), `perpetual_from` text NOT NULL DEFAULT (''), `perpetual_until` text NOT NULL DEFAULT (''), `retained_coverage` text NOT NULL DEFAULT (''), `version` integer NOT NULL DEFAULT (1), `publication_title` text NOT NULL, `print_identifier` text NOT NULL DEFAULT (''), `online_identifier` text NOT NULL DEFAULT (''), `title_url` text NOT NULL DEFAULT (''), `first_author` text NOT NULL DEFAULT (''), `title_id` text NOT NULL DEFAULT (''), `coverage_depth` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `publisher_name` text NOT NULL DEFAULT (''), `publication_type` text NOT NULL DEFAULT (''), `date_monograph_published_print` text NOT NULL DEFAULT (''), `date_monograph_published_online` text NOT NULL DEFAULT (''), `monograph_volume` text NOT NULL DEFAULT (''), `monograph_edition` text NOT NULL DEFAULT (''), `first_editor` text NOT NULL DEFAULT (''), `parent_publication_title_id` text NOT NULL DEFAULT (''), `preceding_publication_title_id` text NOT NULL DEFAULT (''), `access_type` text NOT NULL DEFAULT (''), `title_key` text NOT NULL, `print_key` text NOT NULL DEFAULT (''), `online_key` text NOT NULL DEFAULT (''), `more_keys` text NOT NULL DEFAULT (''), `values_hash` integer NOT NULL, `collection_id` integer NOT NULL, `license_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `portfolios_collections_portfolios` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE RESTRICT, CONSTRAINT `portfolios_licenses_portfolios` FOREIGN KEY (`license_id`) REFERENCES `licenses` (`id`) ON DELETE RESTRICT);
-- copy rows from old table "portfolios" to new temporary table "new_portfolios"
INSERT INTO `new_portfolios` (`id`, `created_at`, `updated_at`, `available`, `listed`, `removed_at`, `review`, `publication_title`, `print_identifier`, `online_identifier`, `title_url`, `first_author`, `title_id`, `coverage_depth`, `notes`, `publisher_name`, `publication_type`, `date_monograph_published_print`, `date_monograph_published_online`, `monograph_volume`, `monograph_edition`, `first_editor`, `parent_publication_title_id`, `preceding_publication_title_id`, `access_type`, `title_key`, `print_key`, `online_key`, `more_keys`, `values_hash`, `collection_id`, `license_id`) SELECT `id`, `created_at`, `updated_at`, `available`, `listed`, `removed_at`, `review`, `publication_title`, `print_identifier`, `online_identifier`, `title_url`, `first_author`, `title_id`, `coverage_depth`, `notes`, `publisher_name`, `publication_type`, `date_monograph_published_print`, `date_monograph_published_online`, `monograph_volume`, `monograph_edition`, `first_editor`, `parent_publication_title_id`, `preceding_publication_title_id`, `access_type`, `title_key`, `print_key`, `online_key`, `more_keys`, `values_hash`, `collection_id`, `license_id` FROM `portfolios`;
-- A locked field becomes a local value: the value that the portfolio has now. The provider's own is written beside it by the next run that
-- has it, for which the hash of what its list said last is made to differ.
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.access_type', `access_type`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% access_type %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.coverage', '{"mode":"INSTEAD","statements":' || (SELECT json_group_array(json(o.statement)) FROM (
	SELECT json_object('dateFirst', c.date_first_issue_online, 'volFirst', c.num_first_vol_online, 'issueFirst', c.num_first_issue_online, 'dateLast', c.date_last_issue_online, 'volLast', c.num_last_vol_online, 'issueLast', c.num_last_issue_online, 'embargo', c.embargo_info, 'kind', c.kind, 'url', c.title_url, 'notes', c.notes, 'depth', c.coverage_depth) AS statement
	FROM coverage_statements c JOIN entitlements e ON e.id = c.entitlement_id WHERE e.portfolio_id = new_portfolios.id AND (e.active OR NOT EXISTS (
		SELECT 1 FROM entitlements a WHERE a.portfolio_id = e.portfolio_id AND a.active)) ORDER BY c.date_first_issue_online, e.id, c.position) o) || '}')
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% coverage %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.coverage_depth', `coverage_depth`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% coverage_depth %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.date_monograph_published_online', `date_monograph_published_online`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% date_monograph_published_online %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.date_monograph_published_print', `date_monograph_published_print`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% date_monograph_published_print %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.first_author', `first_author`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% first_author %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.first_editor', `first_editor`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% first_editor %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.monograph_edition', `monograph_edition`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% monograph_edition %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.monograph_volume', `monograph_volume`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% monograph_volume %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.notes', `notes`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% notes %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.online_identifier', `online_identifier`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% online_identifier %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.parent_publication_title_id', `parent_publication_title_id`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% parent_publication_title_id %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.preceding_publication_title_id', `preceding_publication_title_id`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% preceding_publication_title_id %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.print_identifier', `print_identifier`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% print_identifier %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.publication_title', `publication_title`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% publication_title %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.publication_type', `publication_type`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% publication_type %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.publisher_name', `publisher_name`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% publisher_name %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.title_id', `title_id`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% title_id %');
UPDATE `new_portfolios` SET `local_values` = json_set(CASE `local_values` WHEN '' THEN '{}' ELSE `local_values` END, '$.title_url', `title_url`)
WHERE `id` IN (SELECT `id` FROM `portfolios` WHERE ' ' || `locked_fields` || ' ' LIKE '% title_url %');
UPDATE `entitlements` SET `own_hash` = `own_hash` / 2 + 1 WHERE `own_values` <> '' AND `own_hash` IS NOT NULL
AND `portfolio_id` IN (SELECT `id` FROM `portfolios` WHERE `locked_fields` <> '');
-- drop "portfolios" table after copying rows
DROP TABLE `portfolios`;
-- rename temporary table "new_portfolios" to "portfolios"
ALTER TABLE `new_portfolios` RENAME TO `portfolios`;
-- create index "portfolio_collection_id_title_key_id" to table: "portfolios"
CREATE INDEX `portfolio_collection_id_title_key_id` ON `portfolios` (`collection_id`, `title_key`, `id`);
-- create index "portfolio_title_key_id" to table: "portfolios"
CREATE INDEX `portfolio_title_key_id` ON `portfolios` (`title_key`, `id`);
-- create index "portfolio_title_id" to table: "portfolios"
CREATE INDEX `portfolio_title_id` ON `portfolios` (`title_id`);
-- create index "portfolio_print_key" to table: "portfolios"
CREATE INDEX `portfolio_print_key` ON `portfolios` (`print_key`);
-- create index "portfolio_online_key" to table: "portfolios"
CREATE INDEX `portfolio_online_key` ON `portfolios` (`online_key`);
-- create index "portfolio_license_id" to table: "portfolios"
CREATE INDEX `portfolio_license_id` ON `portfolios` (`license_id`) WHERE license_id IS NOT NULL;
-- create index "portfolio_unavailable" to table: "portfolios"
CREATE INDEX `portfolio_unavailable` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE NOT available AND removed_at IS NULL;
-- create index "portfolio_unlisted" to table: "portfolios"
CREATE INDEX `portfolio_unlisted` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE NOT listed AND removed_at IS NULL;
-- create index "portfolio_review" to table: "portfolios"
CREATE INDEX `portfolio_review` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE review <> '';
-- create index "portfolio_local" to table: "portfolios"
CREATE INDEX `portfolio_local` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE local_values <> '';
-- create index "portfolio_rights" to table: "portfolios"
CREATE INDEX `portfolio_rights` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE access_rights <> '';
-- create index "portfolio_removed" to table: "portfolios"
CREATE INDEX `portfolio_removed` ON `portfolios` (`collection_id`, `removed_at`, `id`) WHERE removed_at IS NOT NULL;
-- create "edits" table
CREATE TABLE `edits` (`id` integer NOT NULL, `created_at` integer NOT NULL, `actor_kind` text NOT NULL DEFAULT (''), `actor_id` integer NOT NULL DEFAULT (0), `actor_name` text NOT NULL DEFAULT (''), `collection_id` integer NOT NULL, `action` text NOT NULL, `field` text NOT NULL DEFAULT (''), `title` text NOT NULL, `title_id` text NOT NULL DEFAULT (''), `print_identifier` text NOT NULL DEFAULT (''), `online_identifier` text NOT NULL DEFAULT (''), `value_kind` text NOT NULL DEFAULT (''), `old_value` text NOT NULL DEFAULT (''), `new_value` text NOT NULL DEFAULT (''), `portfolio_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `edits_portfolios_edits` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE SET NULL);
-- create index "edit_created_at_id" to table: "edits"
CREATE INDEX `edit_created_at_id` ON `edits` (`created_at`, `id`);
-- create index "edit_portfolio_id_id" to table: "edits"
CREATE INDEX `edit_portfolio_id_id` ON `edits` (`portfolio_id`, `id`);
-- create index "edit_collection_id_id" to table: "edits"
CREATE INDEX `edit_collection_id_id` ON `edits` (`collection_id`, `id`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: create index "edit_collection_id_id" to table: "edits"
DROP INDEX `edit_collection_id_id`;
-- reverse: create index "edit_portfolio_id_id" to table: "edits"
DROP INDEX `edit_portfolio_id_id`;
-- reverse: create index "edit_created_at_id" to table: "edits"
DROP INDEX `edit_created_at_id`;
-- reverse: create "edits" table
DROP TABLE `edits`;
-- reverse: create index "portfolio_removed" to table: "portfolios"
DROP INDEX `portfolio_removed`;
-- reverse: create index "portfolio_rights" to table: "portfolios"
DROP INDEX `portfolio_rights`;
-- reverse: create index "portfolio_local" to table: "portfolios"
DROP INDEX `portfolio_local`;
-- reverse: create index "portfolio_review" to table: "portfolios"
DROP INDEX `portfolio_review`;
-- reverse: create index "portfolio_unlisted" to table: "portfolios"
DROP INDEX `portfolio_unlisted`;
-- reverse: create index "portfolio_unavailable" to table: "portfolios"
DROP INDEX `portfolio_unavailable`;
-- reverse: create index "portfolio_license_id" to table: "portfolios"
DROP INDEX `portfolio_license_id`;
-- reverse: create index "portfolio_online_key" to table: "portfolios"
DROP INDEX `portfolio_online_key`;
-- reverse: create index "portfolio_print_key" to table: "portfolios"
DROP INDEX `portfolio_print_key`;
-- reverse: create index "portfolio_title_id" to table: "portfolios"
DROP INDEX `portfolio_title_id`;
-- reverse: create index "portfolio_title_key_id" to table: "portfolios"
DROP INDEX `portfolio_title_key_id`;
-- reverse: create index "portfolio_collection_id_title_key_id" to table: "portfolios"
DROP INDEX `portfolio_collection_id_title_key_id`;
-- reverse: create "new_portfolios" table
DROP TABLE `new_portfolios`;
-- reverse: create index "license_perpetual" to table: "licenses"
DROP INDEX `license_perpetual`;
-- reverse: create index "license_status_id" to table: "licenses"
DROP INDEX `license_status_id`;
-- reverse: create index "license_vendor_id" to table: "licenses"
DROP INDEX `license_vendor_id`;
-- reverse: create index "licenses_code_key" to table: "licenses"
DROP INDEX `licenses_code_key`;
-- reverse: create "new_licenses" table
DROP TABLE `new_licenses`;
-- reverse: create index "collection_license_id" to table: "collections"
DROP INDEX `collection_license_id`;
-- reverse: create index "collection_community_zone_collection_id" to table: "collections"
DROP INDEX `collection_community_zone_collection_id`;
-- reverse: create index "collection_name_key_id" to table: "collections"
DROP INDEX `collection_name_key_id`;
-- reverse: create "new_collections" table
DROP TABLE `new_collections`;
