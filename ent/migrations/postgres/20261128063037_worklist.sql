-- +goose Up
-- create index "job_change_ambiguous" to table: "job_changes"
CREATE INDEX "job_change_ambiguous" ON "job_changes" ("portfolio_id", "id") WHERE ((action = 'AMBIGUOUS'::text) AND (portfolio_id IS NOT NULL));
-- create index "job_part_held" to table: "job_parts"
CREATE INDEX "job_part_held" ON "job_parts" ("updated_at", "id") WHERE (state = 'HELD'::text);
-- create index "job_not_whole" to table: "jobs"
CREATE INDEX "job_not_whole" ON "jobs" ("finished_at", "id") WHERE (verdict = ANY (ARRAY['FAILED'::text, 'PARTIAL'::text]));
-- modify "portfolios" table
ALTER TABLE "portfolios" ADD COLUMN "review_since" bigint NOT NULL DEFAULT 0;
-- what waits for a person has waited at least since it was written last
UPDATE "portfolios" SET "review_since" = "updated_at" WHERE "review" <> '';
-- create index "portfolio_review_since" to table: "portfolios"
CREATE INDEX "portfolio_review_since" ON "portfolios" ("review_since", "id") WHERE (review <> ''::text);
-- create "worklist_marks" table
CREATE TABLE "worklist_marks" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "type" text NOT NULL COLLATE "C", "subject_id" bigint NOT NULL, "detail" text NOT NULL DEFAULT '' COLLATE "C", "fingerprint" text NOT NULL COLLATE "C", "state" text NOT NULL DEFAULT '' COLLATE "C", "until" text NOT NULL DEFAULT '' COLLATE "C", "note" text NOT NULL DEFAULT '' COLLATE "C", "actor_kind" text NOT NULL DEFAULT '' COLLATE "C", "actor_id" bigint NOT NULL DEFAULT 0, "actor_name" text NOT NULL DEFAULT '' COLLATE "C", "version" bigint NOT NULL DEFAULT 1, "assignee_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "worklist_marks_people_worklist_marks" FOREIGN KEY ("assignee_id") REFERENCES "people" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "worklistmark_assignee_id" to table: "worklist_marks"
CREATE INDEX "worklistmark_assignee_id" ON "worklist_marks" ("assignee_id");
-- create index "worklistmark_type_subject_id_detail" to table: "worklist_marks"
CREATE UNIQUE INDEX "worklistmark_type_subject_id_detail" ON "worklist_marks" ("type", "subject_id", "detail");

-- +goose Down
-- reverse: create index "worklistmark_type_subject_id_detail" to table: "worklist_marks"
DROP INDEX "worklistmark_type_subject_id_detail";
-- reverse: create index "worklistmark_assignee_id" to table: "worklist_marks"
DROP INDEX "worklistmark_assignee_id";
-- reverse: create "worklist_marks" table
DROP TABLE "worklist_marks";
-- reverse: create index "portfolio_review_since" to table: "portfolios"
DROP INDEX "portfolio_review_since";
-- reverse: modify "portfolios" table
ALTER TABLE "portfolios" DROP COLUMN "review_since";
-- reverse: create index "job_not_whole" to table: "jobs"
DROP INDEX "job_not_whole";
-- reverse: create index "job_part_held" to table: "job_parts"
DROP INDEX "job_part_held";
-- reverse: create index "job_change_ambiguous" to table: "job_changes"
DROP INDEX "job_change_ambiguous";
