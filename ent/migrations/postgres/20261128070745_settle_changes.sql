-- +goose Up
-- drop index "edit_collection_id_id" from table: "edits"
DROP INDEX "edit_collection_id_id";
-- create index "edit_actor_kind_actor_id_created_at_id" to table: "edits"
CREATE INDEX "edit_actor_kind_actor_id_created_at_id" ON "edits" ("actor_kind", "actor_id", "created_at", "id");
-- create index "edit_collection_id_created_at_id" to table: "edits"
CREATE INDEX "edit_collection_id_created_at_id" ON "edits" ("collection_id", "created_at", "id");
-- create index "jobchange_part_id_action_field_id" to table: "job_changes"
CREATE INDEX "jobchange_part_id_action_field_id" ON "job_changes" ("part_id", "action", "field", "id");
-- drop index "jobpart_collection_id" from table: "job_parts"
DROP INDEX "jobpart_collection_id";
-- modify "job_parts" table
ALTER TABLE "job_parts" ADD COLUMN "settled_at" bigint NULL;
-- create index "jobpart_collection_id_settled_at_id" to table: "job_parts"
CREATE INDEX "jobpart_collection_id_settled_at_id" ON "job_parts" ("collection_id", "settled_at", "id");
-- create index "jobpart_settled_at_id" to table: "job_parts"
CREATE INDEX "jobpart_settled_at_id" ON "job_parts" ("settled_at", "id") WHERE (settled_at IS NOT NULL);
-- parts that are over and changed portfolios, at the time of their last transaction (by hand)
UPDATE "job_parts" SET "settled_at" = "written_at" WHERE "written_at" IS NOT NULL AND "state" <> 'APPLYING' AND EXISTS (SELECT 1 FROM "job_changes" WHERE "job_changes"."part_id" = "job_parts"."id" AND "job_changes"."portfolio_id" IS NOT NULL AND "job_changes"."action" IN ('ADD', 'UPDATE', 'LOCKED', 'REMOVE', 'KEEP', 'WITHDRAW', 'WAIT', 'DIVERGES', 'MOVE_PO_LINE', 'MOVE_LICENSE', 'RESTORE', 'MOVE_PORTFOLIO'));

-- +goose Down
-- reverse: create index "jobpart_settled_at_id" to table: "job_parts"
DROP INDEX "jobpart_settled_at_id";
-- reverse: create index "jobpart_collection_id_settled_at_id" to table: "job_parts"
DROP INDEX "jobpart_collection_id_settled_at_id";
-- reverse: modify "job_parts" table
ALTER TABLE "job_parts" DROP COLUMN "settled_at";
-- reverse: drop index "jobpart_collection_id" from table: "job_parts"
CREATE INDEX "jobpart_collection_id" ON "job_parts" ("collection_id");
-- reverse: create index "jobchange_part_id_action_field_id" to table: "job_changes"
DROP INDEX "jobchange_part_id_action_field_id";
-- reverse: create index "edit_collection_id_created_at_id" to table: "edits"
DROP INDEX "edit_collection_id_created_at_id";
-- reverse: create index "edit_actor_kind_actor_id_created_at_id" to table: "edits"
DROP INDEX "edit_actor_kind_actor_id_created_at_id";
-- reverse: drop index "edit_collection_id_id" from table: "edits"
CREATE INDEX "edit_collection_id_id" ON "edits" ("collection_id", "id");
