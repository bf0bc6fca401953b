-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create index "job_change_ambiguous" to table: "job_changes"
CREATE INDEX `job_change_ambiguous` ON `job_changes` (`portfolio_id`, `id`) WHERE action = 'AMBIGUOUS' AND portfolio_id IS NOT NULL;
-- create index "job_part_held" to table: "job_parts"
CREATE INDEX `job_part_held` ON `job_parts` (`updated_at`, `id`) WHERE state = 'HELD';
-- create index "job_not_whole" to table: "jobs"
CREATE INDEX `job_not_whole` ON `jobs` (`finished_at`, `id`) WHERE verdict IN ('FAILED', 'PARTIAL');
-- create "new_portfolios" table
CREATE TABLE `new_portfolios` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `available` bool NOT NULL, `listed` bool NOT NULL, `removed_at` integer NULL, `review` text NOT NULL DEFAULT (''), `review_since` integer NOT NULL DEFAULT (0), `local_values` text NOT NULL DEFAULT (''), `access_rights` text NOT NULL DEFAULT (''), `perpetual_from` text NOT NULL DEFAULT (''), `perpetual_until` text NOT NULL DEFAULT (''), `retained_coverage` text NOT NULL DEFAULT (''), `version` integer NOT NULL DEFAULT (1), `publication_title` text NOT NULL, `print_identifier` text NOT NULL DEFAULT (''), `online_identifier` text NOT NULL DEFAULT (''), `title_url` text NOT NULL DEFAULT (''), `first_author` text NOT NULL DEFAULT (''), `title_id` text NOT NULL DEFAULT (''), `coverage_depth` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `publisher_name` text NOT NULL DEFAULT (''), `publication_type` text NOT NULL DEFAULT (''), `date_monograph_published_print` text NOT NULL DEFAULT (''), `date_monograph_published_online` text NOT NULL DEFAULT (''), `monograph_volume` text NOT NULL DEFAULT (''), `monograph_edition` text NOT NULL DEFAULT (''), `first_editor` text NOT NULL DEFAULT (''), `parent_publication_title_id` text NOT NULL DEFAULT (''), `preceding_publication_title_id` text NOT NULL DEFAULT (''), `access_type` text NOT NULL DEFAULT (''), `title_key` text NOT NULL, `print_key` text NOT NULL DEFAULT (''), `online_key` text NOT NULL DEFAULT (''), `more_keys` text NOT NULL DEFAULT (''), `values_hash` integer NOT NULL, `collection_id` integer NOT NULL, `license_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `portfolios_collections_portfolios` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE RESTRICT, CONSTRAINT `portfolios_licenses_portfolios` FOREIGN KEY (`license_id`) REFERENCES `licenses` (`id`) ON DELETE RESTRICT);
-- copy rows from old table "portfolios" to new temporary table "new_portfolios"
INSERT INTO `new_portfolios` (`id`, `created_at`, `updated_at`, `available`, `listed`, `removed_at`, `review`, `local_values`, `access_rights`, `perpetual_from`, `perpetual_until`, `retained_coverage`, `version`, `publication_title`, `print_identifier`, `online_identifier`, `title_url`, `first_author`, `title_id`, `coverage_depth`, `notes`, `publisher_name`, `publication_type`, `date_monograph_published_print`, `date_monograph_published_online`, `monograph_volume`, `monograph_edition`, `first_editor`, `parent_publication_title_id`, `preceding_publication_title_id`, `access_type`, `title_key`, `print_key`, `online_key`, `more_keys`, `values_hash`, `collection_id`, `license_id`) SELECT `id`, `created_at`, `updated_at`, `available`, `listed`, `removed_at`, `review`, `local_values`, `access_rights`, `perpetual_from`, `perpetual_until`, `retained_coverage`, `version`, `publication_title`, `print_identifier`, `online_identifier`, `title_url`, `first_author`, `title_id`, `coverage_depth`, `notes`, `publisher_name`, `publication_type`, `date_monograph_published_print`, `date_monograph_published_online`, `monograph_volume`, `monograph_edition`, `first_editor`, `parent_publication_title_id`, `preceding_publication_title_id`, `access_type`, `title_key`, `print_key`, `online_key`, `more_keys`, `values_hash`, `collection_id`, `license_id` FROM `portfolios`;
-- drop "portfolios" table after copying rows
-- reviewed: every row and every column of it was copied to new_portfolios in the statement before
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
-- create index "portfolio_review_since" to table: "portfolios"
CREATE INDEX `portfolio_review_since` ON `portfolios` (`review_since`, `id`) WHERE review <> '';
-- create index "portfolio_local" to table: "portfolios"
CREATE INDEX `portfolio_local` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE local_values <> '';
-- create index "portfolio_rights" to table: "portfolios"
CREATE INDEX `portfolio_rights` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE access_rights <> '';
-- create index "portfolio_removed" to table: "portfolios"
CREATE INDEX `portfolio_removed` ON `portfolios` (`collection_id`, `removed_at`, `id`) WHERE removed_at IS NOT NULL;
-- what waits for a person has waited at least since it was written last
UPDATE `portfolios` SET `review_since` = `updated_at` WHERE `review` <> '';
-- create "worklist_marks" table
CREATE TABLE `worklist_marks` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `type` text NOT NULL, `subject_id` integer NOT NULL, `detail` text NOT NULL DEFAULT (''), `fingerprint` text NOT NULL, `state` text NOT NULL DEFAULT (''), `until` text NOT NULL DEFAULT (''), `note` text NOT NULL DEFAULT (''), `actor_kind` text NOT NULL DEFAULT (''), `actor_id` integer NOT NULL DEFAULT (0), `actor_name` text NOT NULL DEFAULT (''), `version` integer NOT NULL DEFAULT (1), `assignee_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `worklist_marks_people_worklist_marks` FOREIGN KEY (`assignee_id`) REFERENCES `people` (`id`) ON DELETE SET NULL);
-- create index "worklistmark_type_subject_id_detail" to table: "worklist_marks"
CREATE UNIQUE INDEX `worklistmark_type_subject_id_detail` ON `worklist_marks` (`type`, `subject_id`, `detail`);
-- create index "worklistmark_assignee_id" to table: "worklist_marks"
CREATE INDEX `worklistmark_assignee_id` ON `worklist_marks` (`assignee_id`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: create index "worklistmark_assignee_id" to table: "worklist_marks"
DROP INDEX `worklistmark_assignee_id`;
-- reverse: create index "worklistmark_type_subject_id_detail" to table: "worklist_marks"
DROP INDEX `worklistmark_type_subject_id_detail`;
-- reverse: create "worklist_marks" table
DROP TABLE `worklist_marks`;
-- reverse: create index "portfolio_removed" to table: "portfolios"
DROP INDEX `portfolio_removed`;
-- reverse: create index "portfolio_rights" to table: "portfolios"
DROP INDEX `portfolio_rights`;
-- reverse: create index "portfolio_local" to table: "portfolios"
DROP INDEX `portfolio_local`;
-- reverse: create index "portfolio_review_since" to table: "portfolios"
DROP INDEX `portfolio_review_since`;
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
-- reverse: create index "job_not_whole" to table: "jobs"
DROP INDEX `job_not_whole`;
-- reverse: create index "job_part_held" to table: "job_parts"
DROP INDEX `job_part_held`;
-- reverse: create index "job_change_ambiguous" to table: "job_changes"
DROP INDEX `job_change_ambiguous`;
