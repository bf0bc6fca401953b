-- +goose Up
-- drop index "job_state_id" from table: "jobs"
DROP INDEX `job_state_id`;
-- drop index "job_kind_id" from table: "jobs"
DROP INDEX `job_kind_id`;
-- create index "job_created_at_id" to table: "jobs"
CREATE INDEX `job_created_at_id` ON `jobs` (`created_at`, `id`);
-- create index "job_state_created_at_id" to table: "jobs"
CREATE INDEX `job_state_created_at_id` ON `jobs` (`state`, `created_at`, `id`);
-- create index "job_kind_created_at_id" to table: "jobs"
CREATE INDEX `job_kind_created_at_id` ON `jobs` (`kind`, `created_at`, `id`);
-- create index "providerfile_created_at_id" to table: "provider_files"
CREATE INDEX `providerfile_created_at_id` ON `provider_files` (`created_at`, `id`);

-- +goose Down
-- reverse: create index "providerfile_created_at_id" to table: "provider_files"
DROP INDEX `providerfile_created_at_id`;
-- reverse: create index "job_kind_created_at_id" to table: "jobs"
DROP INDEX `job_kind_created_at_id`;
-- reverse: create index "job_state_created_at_id" to table: "jobs"
DROP INDEX `job_state_created_at_id`;
-- reverse: create index "job_created_at_id" to table: "jobs"
DROP INDEX `job_created_at_id`;
-- reverse: drop index "job_kind_id" from table: "jobs"
CREATE INDEX `job_kind_id` ON `jobs` (`kind`, `id`);
-- reverse: drop index "job_state_id" from table: "jobs"
CREATE INDEX `job_state_id` ON `jobs` (`state`, `id`);
