-- +goose Up
-- add column "added_by_job_id" to table: "community_zone_titles"
ALTER TABLE `community_zone_titles` ADD COLUMN `added_by_job_id` integer NULL;
-- add column "schedule_since" to table: "profiles"
ALTER TABLE `profiles` ADD COLUMN `schedule_since` integer NULL;
-- add column "source" to table: "provider_files"
ALTER TABLE `provider_files` ADD COLUMN `source` text NULL;
-- add column "sync_schedule_disabled_at" to table: "settings"
ALTER TABLE `settings` ADD COLUMN `sync_schedule_disabled_at` integer NULL;

-- +goose Down
-- reverse: add column "sync_schedule_disabled_at" to table: "settings"
ALTER TABLE `settings` DROP COLUMN `sync_schedule_disabled_at`;
-- reverse: add column "source" to table: "provider_files"
ALTER TABLE `provider_files` DROP COLUMN `source`;
-- reverse: add column "schedule_since" to table: "profiles"
ALTER TABLE `profiles` DROP COLUMN `schedule_since`;
-- reverse: add column "added_by_job_id" to table: "community_zone_titles"
ALTER TABLE `community_zone_titles` DROP COLUMN `added_by_job_id`;
