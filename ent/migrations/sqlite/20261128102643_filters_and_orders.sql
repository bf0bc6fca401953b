-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- drop index "communityzonetitle_print_key" from table: "community_zone_titles"
DROP INDEX `communityzonetitle_print_key`;
-- drop index "communityzonetitle_online_key" from table: "community_zone_titles"
DROP INDEX `communityzonetitle_online_key`;
-- drop index "communityzonetitle_title_id" from table: "community_zone_titles"
DROP INDEX `communityzonetitle_title_id`;
-- create index "communityzonetitle_print_key_id" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_print_key_id` ON `community_zone_titles` (`print_key`, `id`);
-- create index "communityzonetitle_online_key_id" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_online_key_id` ON `community_zone_titles` (`online_key`, `id`);
-- create index "communityzonetitle_title_id_id" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_title_id_id` ON `community_zone_titles` (`title_id`, `id`);
-- create index "communityzonetitle_updated_at_id" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_updated_at_id` ON `community_zone_titles` (`updated_at`, `id`);
-- create "new_job_changes" table
CREATE TABLE `new_job_changes` (`id` integer NOT NULL, `action` text NOT NULL, `field` text NOT NULL DEFAULT (''), `title` text NOT NULL, `title_key` text NOT NULL DEFAULT (''), `title_id` text NOT NULL DEFAULT (''), `print_identifier` text NOT NULL DEFAULT (''), `online_identifier` text NOT NULL DEFAULT (''), `value_kind` text NOT NULL DEFAULT (''), `old_value` text NOT NULL DEFAULT (''), `new_value` text NOT NULL DEFAULT (''), `line` integer NOT NULL DEFAULT (0), `job_id` integer NOT NULL, `part_id` integer NOT NULL, `portfolio_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `job_changes_jobs_changes` FOREIGN KEY (`job_id`) REFERENCES `jobs` (`id`) ON DELETE CASCADE, CONSTRAINT `job_changes_job_parts_changes` FOREIGN KEY (`part_id`) REFERENCES `job_parts` (`id`) ON DELETE CASCADE, CONSTRAINT `job_changes_portfolios_changes` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE SET NULL);
-- copy rows from old table "job_changes" to new temporary table "new_job_changes"
-- title_key is new. The folding that makes it is not SQL: a title that its portfolio still has is folded there, of another the letters A to Z are.
INSERT INTO `new_job_changes` (`id`, `action`, `field`, `title`, `title_key`, `title_id`, `print_identifier`, `online_identifier`, `value_kind`, `old_value`, `new_value`, `line`, `job_id`, `part_id`, `portfolio_id`) SELECT `id`, `action`, `field`, `title`, COALESCE((SELECT p.title_key FROM portfolios p WHERE p.id = job_changes.portfolio_id AND p.publication_title = job_changes.title), lower(`title`)), `title_id`, `print_identifier`, `online_identifier`, `value_kind`, `old_value`, `new_value`, `line`, `job_id`, `part_id`, `portfolio_id` FROM `job_changes`;
-- reviewed: every row and column was copied to new_job_changes before, and foreign keys are off
-- drop "job_changes" table after copying rows
DROP TABLE `job_changes`;
-- rename temporary table "new_job_changes" to "job_changes"
ALTER TABLE `new_job_changes` RENAME TO `job_changes`;
-- create index "jobchange_job_id_action_field_id" to table: "job_changes"
CREATE INDEX `jobchange_job_id_action_field_id` ON `job_changes` (`job_id`, `action`, `field`, `id`);
-- create index "jobchange_job_id_title_key_id" to table: "job_changes"
CREATE INDEX `jobchange_job_id_title_key_id` ON `job_changes` (`job_id`, `title_key`, `id`);
-- create index "jobchange_part_id_portfolio_id" to table: "job_changes"
CREATE INDEX `jobchange_part_id_portfolio_id` ON `job_changes` (`part_id`, `portfolio_id`);
-- create index "jobchange_part_id_action_field_id" to table: "job_changes"
CREATE INDEX `jobchange_part_id_action_field_id` ON `job_changes` (`part_id`, `action`, `field`, `id`);
-- create index "jobchange_portfolio_id_id" to table: "job_changes"
CREATE INDEX `jobchange_portfolio_id_id` ON `job_changes` (`portfolio_id`, `id`);
-- create index "job_change_ambiguous" to table: "job_changes"
CREATE INDEX `job_change_ambiguous` ON `job_changes` (`portfolio_id`, `id`) WHERE action = 'AMBIGUOUS' AND portfolio_id IS NOT NULL;
-- drop index "jobfinding_part_id" from table: "job_findings"
DROP INDEX `jobfinding_part_id`;
-- create index "jobfinding_part_id_id" to table: "job_findings"
CREATE INDEX `jobfinding_part_id_id` ON `job_findings` (`part_id`, `id`);
-- create index "job_trigger_created_at_id" to table: "jobs"
CREATE INDEX `job_trigger_created_at_id` ON `jobs` (`trigger`, `created_at`, `id`);
-- create index "job_actor_kind_actor_id_created_at_id" to table: "jobs"
CREATE INDEX `job_actor_kind_actor_id_created_at_id` ON `jobs` (`actor_kind`, `actor_id`, `created_at`, `id`);
-- create index "job_updated_at_id" to table: "jobs"
CREATE INDEX `job_updated_at_id` ON `jobs` (`updated_at`, `id`);
-- create "new_edits" table
CREATE TABLE `new_edits` (`id` integer NOT NULL, `created_at` integer NOT NULL, `actor_kind` text NOT NULL DEFAULT (''), `actor_id` integer NOT NULL DEFAULT (0), `actor_name` text NOT NULL DEFAULT (''), `collection_id` integer NOT NULL, `action` text NOT NULL, `field` text NOT NULL DEFAULT (''), `title` text NOT NULL, `title_key` text NOT NULL DEFAULT (''), `title_id` text NOT NULL DEFAULT (''), `print_identifier` text NOT NULL DEFAULT (''), `online_identifier` text NOT NULL DEFAULT (''), `value_kind` text NOT NULL DEFAULT (''), `old_value` text NOT NULL DEFAULT (''), `new_value` text NOT NULL DEFAULT (''), `portfolio_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `edits_portfolios_edits` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE SET NULL);
-- copy rows from old table "edits" to new temporary table "new_edits"
-- title_key is new. The folding that makes it is not SQL: a title that its portfolio still has is folded there, of another the letters A to Z are.
INSERT INTO `new_edits` (`id`, `created_at`, `actor_kind`, `actor_id`, `actor_name`, `collection_id`, `action`, `field`, `title`, `title_key`, `title_id`, `print_identifier`, `online_identifier`, `value_kind`, `old_value`, `new_value`, `portfolio_id`) SELECT `id`, `created_at`, `actor_kind`, `actor_id`, `actor_name`, `collection_id`, `action`, `field`, `title`, COALESCE((SELECT p.title_key FROM portfolios p WHERE p.id = edits.portfolio_id AND p.publication_title = edits.title), lower(`title`)), `title_id`, `print_identifier`, `online_identifier`, `value_kind`, `old_value`, `new_value`, `portfolio_id` FROM `edits`;
-- reviewed: every row and column was copied to new_edits before, and foreign keys are off
-- drop "edits" table after copying rows
DROP TABLE `edits`;
-- rename temporary table "new_edits" to "edits"
ALTER TABLE `new_edits` RENAME TO `edits`;
-- create index "edit_created_at_id" to table: "edits"
CREATE INDEX `edit_created_at_id` ON `edits` (`created_at`, `id`);
-- create index "edit_portfolio_id_id" to table: "edits"
CREATE INDEX `edit_portfolio_id_id` ON `edits` (`portfolio_id`, `id`);
-- create index "edit_collection_id_created_at_id" to table: "edits"
CREATE INDEX `edit_collection_id_created_at_id` ON `edits` (`collection_id`, `created_at`, `id`);
-- create index "edit_actor_kind_actor_id_created_at_id" to table: "edits"
CREATE INDEX `edit_actor_kind_actor_id_created_at_id` ON `edits` (`actor_kind`, `actor_id`, `created_at`, `id`);
-- drop index "portfolio_title_id" from table: "portfolios"
DROP INDEX `portfolio_title_id`;
-- drop index "portfolio_print_key" from table: "portfolios"
DROP INDEX `portfolio_print_key`;
-- drop index "portfolio_online_key" from table: "portfolios"
DROP INDEX `portfolio_online_key`;
-- create index "portfolio_title_id_id" to table: "portfolios"
CREATE INDEX `portfolio_title_id_id` ON `portfolios` (`title_id`, `id`);
-- create index "portfolio_print_key_id" to table: "portfolios"
CREATE INDEX `portfolio_print_key_id` ON `portfolios` (`print_key`, `id`);
-- create index "portfolio_online_key_id" to table: "portfolios"
CREATE INDEX `portfolio_online_key_id` ON `portfolios` (`online_key`, `id`);
-- create index "portfolio_updated_at_id" to table: "portfolios"
CREATE INDEX `portfolio_updated_at_id` ON `portfolios` (`updated_at`, `id`);
-- create index "portfolio_collection_id_updated_at_id" to table: "portfolios"
CREATE INDEX `portfolio_collection_id_updated_at_id` ON `portfolios` (`collection_id`, `updated_at`, `id`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: create index "portfolio_collection_id_updated_at_id" to table: "portfolios"
DROP INDEX `portfolio_collection_id_updated_at_id`;
-- reverse: create index "portfolio_updated_at_id" to table: "portfolios"
DROP INDEX `portfolio_updated_at_id`;
-- reverse: create index "portfolio_online_key_id" to table: "portfolios"
DROP INDEX `portfolio_online_key_id`;
-- reverse: create index "portfolio_print_key_id" to table: "portfolios"
DROP INDEX `portfolio_print_key_id`;
-- reverse: create index "portfolio_title_id_id" to table: "portfolios"
DROP INDEX `portfolio_title_id_id`;
-- reverse: drop index "portfolio_online_key" from table: "portfolios"
CREATE INDEX `portfolio_online_key` ON `portfolios` (`online_key`);
-- reverse: drop index "portfolio_print_key" from table: "portfolios"
CREATE INDEX `portfolio_print_key` ON `portfolios` (`print_key`);
-- reverse: drop index "portfolio_title_id" from table: "portfolios"
CREATE INDEX `portfolio_title_id` ON `portfolios` (`title_id`);
-- reverse: create index "edit_actor_kind_actor_id_created_at_id" to table: "edits"
DROP INDEX `edit_actor_kind_actor_id_created_at_id`;
-- reverse: create index "edit_collection_id_created_at_id" to table: "edits"
DROP INDEX `edit_collection_id_created_at_id`;
-- reverse: create index "edit_portfolio_id_id" to table: "edits"
DROP INDEX `edit_portfolio_id_id`;
-- reverse: create index "edit_created_at_id" to table: "edits"
DROP INDEX `edit_created_at_id`;
-- reverse: create "new_edits" table
DROP TABLE `new_edits`;
-- reverse: create index "job_updated_at_id" to table: "jobs"
DROP INDEX `job_updated_at_id`;
-- reverse: create index "job_actor_kind_actor_id_created_at_id" to table: "jobs"
DROP INDEX `job_actor_kind_actor_id_created_at_id`;
-- reverse: create index "job_trigger_created_at_id" to table: "jobs"
DROP INDEX `job_trigger_created_at_id`;
-- reverse: create index "jobfinding_part_id_id" to table: "job_findings"
DROP INDEX `jobfinding_part_id_id`;
-- reverse: drop index "jobfinding_part_id" from table: "job_findings"
CREATE INDEX `jobfinding_part_id` ON `job_findings` (`part_id`);
-- reverse: create index "job_change_ambiguous" to table: "job_changes"
DROP INDEX `job_change_ambiguous`;
-- reverse: create index "jobchange_portfolio_id_id" to table: "job_changes"
DROP INDEX `jobchange_portfolio_id_id`;
-- reverse: create index "jobchange_part_id_action_field_id" to table: "job_changes"
DROP INDEX `jobchange_part_id_action_field_id`;
-- reverse: create index "jobchange_part_id_portfolio_id" to table: "job_changes"
DROP INDEX `jobchange_part_id_portfolio_id`;
-- reverse: create index "jobchange_job_id_title_key_id" to table: "job_changes"
DROP INDEX `jobchange_job_id_title_key_id`;
-- reverse: create index "jobchange_job_id_action_field_id" to table: "job_changes"
DROP INDEX `jobchange_job_id_action_field_id`;
-- reverse: create "new_job_changes" table
DROP TABLE `new_job_changes`;
-- reverse: create index "communityzonetitle_updated_at_id" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_updated_at_id`;
-- reverse: create index "communityzonetitle_title_id_id" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_title_id_id`;
-- reverse: create index "communityzonetitle_online_key_id" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_online_key_id`;
-- reverse: create index "communityzonetitle_print_key_id" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_print_key_id`;
-- reverse: drop index "communityzonetitle_title_id" from table: "community_zone_titles"
CREATE INDEX `communityzonetitle_title_id` ON `community_zone_titles` (`title_id`);
-- reverse: drop index "communityzonetitle_online_key" from table: "community_zone_titles"
CREATE INDEX `communityzonetitle_online_key` ON `community_zone_titles` (`online_key`);
-- reverse: drop index "communityzonetitle_print_key" from table: "community_zone_titles"
CREATE INDEX `communityzonetitle_print_key` ON `community_zone_titles` (`print_key`);
