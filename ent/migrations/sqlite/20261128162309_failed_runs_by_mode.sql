-- +goose Up
-- drop index "job_not_whole" from table: "jobs"
DROP INDEX `job_not_whole`;
-- create index "job_not_whole" to table: "jobs"
CREATE INDEX `job_not_whole` ON `jobs` (`mode`, `finished_at`, `id`) WHERE verdict IN ('FAILED', 'PARTIAL');

-- +goose Down
-- reverse: create index "job_not_whole" to table: "jobs"
DROP INDEX `job_not_whole`;
-- reverse: drop index "job_not_whole" from table: "jobs"
CREATE INDEX `job_not_whole` ON `jobs` (`finished_at`, `id`) WHERE verdict IN ('FAILED', 'PARTIAL');
