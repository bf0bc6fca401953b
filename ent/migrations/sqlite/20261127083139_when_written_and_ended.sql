-- +goose Up
-- reviewed: both tables are copied whole before they are dropped; what leaves is a column that nothing ever set
-- (job_parts.entitlements_before) and one whose value moves to stopped_schedules (settings.sync_schedule_disabled_at).
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- add column "ended_at" to table: "entitlements"
ALTER TABLE `entitlements` ADD COLUMN `ended_at` integer NULL;
UPDATE `entitlements` SET `ended_at` = `updated_at` WHERE NOT `active`;
-- create "new_job_parts" table
CREATE TABLE `new_job_parts` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `content` text NOT NULL, `state` text NOT NULL, `counts` json NULL, `code` text NOT NULL DEFAULT (''), `message` text NOT NULL DEFAULT (''), `hint` text NOT NULL DEFAULT (''), `groups` json NULL, `profile_name` text NOT NULL DEFAULT (''), `collection_name` text NOT NULL DEFAULT (''), `plan_hash` text NOT NULL DEFAULT (''), `guards` json NULL, `would_be` text NOT NULL DEFAULT (''), `kinds` text NOT NULL DEFAULT (''), `written_at` integer NULL, `collection_id` integer NULL, `job_id` integer NOT NULL, `profile_id` integer NULL, `provider_file_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `job_parts_collections_job_parts` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE SET NULL, CONSTRAINT `job_parts_jobs_parts` FOREIGN KEY (`job_id`) REFERENCES `jobs` (`id`) ON DELETE CASCADE, CONSTRAINT `job_parts_profiles_job_parts` FOREIGN KEY (`profile_id`) REFERENCES `profiles` (`id`) ON DELETE SET NULL, CONSTRAINT `job_parts_provider_files_job_parts` FOREIGN KEY (`provider_file_id`) REFERENCES `provider_files` (`id`) ON DELETE SET NULL);
-- copy rows from old table "job_parts" to new temporary table "new_job_parts"
INSERT INTO `new_job_parts` (`id`, `created_at`, `updated_at`, `content`, `state`, `counts`, `code`, `message`, `hint`, `groups`, `profile_name`, `collection_name`, `plan_hash`, `guards`, `would_be`, `kinds`, `written_at`, `collection_id`, `job_id`, `profile_id`, `provider_file_id`) SELECT `id`, `created_at`, `updated_at`, `content`, `state`, `counts`, `code`, `message`, `hint`, `groups`, `profile_name`, `collection_name`, `plan_hash`, `guards`, `would_be`, `kinds`, CASE WHEN `state` IN ('APPLYING', 'APPLIED', 'STOPPED', 'UNDONE', 'NO_CHANGE') THEN `updated_at` END, `collection_id`, `job_id`, `profile_id`, `provider_file_id` FROM `job_parts`;
-- drop "job_parts" table after copying rows
DROP TABLE `job_parts`;
-- rename temporary table "new_job_parts" to "job_parts"
ALTER TABLE `new_job_parts` RENAME TO `job_parts`;
-- create index "jobpart_job_id_profile_id_content" to table: "job_parts"
CREATE UNIQUE INDEX `jobpart_job_id_profile_id_content` ON `job_parts` (`job_id`, `profile_id`, `content`);
-- create index "jobpart_profile_id_collection_id" to table: "job_parts"
CREATE INDEX `jobpart_profile_id_collection_id` ON `job_parts` (`profile_id`, `collection_id`);
-- create index "jobpart_collection_id" to table: "job_parts"
CREATE INDEX `jobpart_collection_id` ON `job_parts` (`collection_id`);
-- create index "jobpart_provider_file_id" to table: "job_parts"
CREATE INDEX `jobpart_provider_file_id` ON `job_parts` (`provider_file_id`);
-- create "new_settings" table
CREATE TABLE `new_settings` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `institution_name` text NOT NULL DEFAULT (''), `multi_campus_inventory_management` bool NOT NULL DEFAULT (false), `stopped_schedules` json NULL, `id_epoch` integer NOT NULL DEFAULT (0), `seal_check` blob NULL, `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));
-- copy rows from old table "settings" to new temporary table "new_settings"
INSERT INTO `new_settings` (`id`, `created_at`, `updated_at`, `institution_name`, `multi_campus_inventory_management`, `stopped_schedules`, `id_epoch`, `seal_check`, `version`) SELECT `id`, `created_at`, `updated_at`, `institution_name`, `multi_campus_inventory_management`, '{"OXFORD_UNIVERSITY_PRESS":' || `sync_schedule_disabled_at` || '}', `id_epoch`, `seal_check`, `version` FROM `settings`;
-- drop "settings" table after copying rows
DROP TABLE `settings`;
-- rename temporary table "new_settings" to "settings"
ALTER TABLE `new_settings` RENAME TO `settings`;
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: create "new_settings" table
DROP TABLE `new_settings`;
-- reverse: create index "jobpart_provider_file_id" to table: "job_parts"
DROP INDEX `jobpart_provider_file_id`;
-- reverse: create index "jobpart_collection_id" to table: "job_parts"
DROP INDEX `jobpart_collection_id`;
-- reverse: create index "jobpart_profile_id_collection_id" to table: "job_parts"
DROP INDEX `jobpart_profile_id_collection_id`;
-- reverse: create index "jobpart_job_id_profile_id_content" to table: "job_parts"
DROP INDEX `jobpart_job_id_profile_id_content`;
-- reverse: create "new_job_parts" table
DROP TABLE `new_job_parts`;
-- reverse: add column "ended_at" to table: "entitlements"
ALTER TABLE `entitlements` DROP COLUMN `ended_at`;
