-- +goose Up
-- modify "jobs" table
ALTER TABLE "jobs" ADD COLUMN "work_done" bigint NOT NULL DEFAULT 0, ADD COLUMN "work_total" bigint NOT NULL DEFAULT 0, ADD COLUMN "work_from" bigint NULL, ADD COLUMN "work_since" bigint NULL;
-- create index "job_finished_at_id" to table: "jobs"
CREATE INDEX "job_finished_at_id" ON "jobs" ("finished_at", "id");
-- create index "job_verdict_created_at_id" to table: "jobs"
CREATE INDEX "job_verdict_created_at_id" ON "jobs" ("verdict", "created_at", "id");

-- +goose Down
-- reverse: create index "job_verdict_created_at_id" to table: "jobs"
DROP INDEX "job_verdict_created_at_id";
-- reverse: create index "job_finished_at_id" to table: "jobs"
DROP INDEX "job_finished_at_id";
-- reverse: modify "jobs" table
ALTER TABLE "jobs" DROP COLUMN "work_since", DROP COLUMN "work_from", DROP COLUMN "work_total", DROP COLUMN "work_done";
