-- +goose Up
-- add columns to table: "jobs"
ALTER TABLE `jobs` ADD COLUMN `work_done` integer NOT NULL DEFAULT (0);
ALTER TABLE `jobs` ADD COLUMN `work_total` integer NOT NULL DEFAULT (0);
ALTER TABLE `jobs` ADD COLUMN `work_from` integer NULL;
ALTER TABLE `jobs` ADD COLUMN `work_since` integer NULL;
-- create index "job_verdict_created_at_id" to table: "jobs"
CREATE INDEX `job_verdict_created_at_id` ON `jobs` (`verdict`, `created_at`, `id`);
-- create index "job_finished_at_id" to table: "jobs"
CREATE INDEX `job_finished_at_id` ON `jobs` (`finished_at`, `id`);

-- +goose Down
-- reverse: create index "job_finished_at_id" to table: "jobs"
DROP INDEX `job_finished_at_id`;
-- reverse: create index "job_verdict_created_at_id" to table: "jobs"
DROP INDEX `job_verdict_created_at_id`;
-- reverse: add columns to table: "jobs"
ALTER TABLE `jobs` DROP COLUMN `work_since`;
ALTER TABLE `jobs` DROP COLUMN `work_from`;
ALTER TABLE `jobs` DROP COLUMN `work_total`;
ALTER TABLE `jobs` DROP COLUMN `work_done`;
