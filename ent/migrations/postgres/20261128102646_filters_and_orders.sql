-- +goose Up
-- drop index "communityzonetitle_online_key" from table: "community_zone_titles"
DROP INDEX "communityzonetitle_online_key";
-- drop index "communityzonetitle_print_key" from table: "community_zone_titles"
DROP INDEX "communityzonetitle_print_key";
-- drop index "communityzonetitle_title_id" from table: "community_zone_titles"
DROP INDEX "communityzonetitle_title_id";
-- create index "communityzonetitle_online_key_id" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_online_key_id" ON "community_zone_titles" ("online_key", "id");
-- create index "communityzonetitle_print_key_id" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_print_key_id" ON "community_zone_titles" ("print_key", "id");
-- create index "communityzonetitle_title_id_id" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_title_id_id" ON "community_zone_titles" ("title_id", "id");
-- create index "communityzonetitle_updated_at_id" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_updated_at_id" ON "community_zone_titles" ("updated_at", "id");
-- modify "edits" table
ALTER TABLE "edits" ADD COLUMN "title_key" text NOT NULL DEFAULT '' COLLATE "C";
-- title_key is new. The folding that makes it is not SQL: a title that its portfolio still has is folded there, of another the letters A to Z are.
UPDATE "edits" SET "title_key" = COALESCE((SELECT p."title_key" FROM "portfolios" p WHERE p."id" = "edits"."portfolio_id" AND p."publication_title" = "edits"."title"), lower("edits"."title" COLLATE "C"));
-- modify "job_changes" table
ALTER TABLE "job_changes" ADD COLUMN "title_key" text NOT NULL DEFAULT '' COLLATE "C";
-- title_key is new. The folding that makes it is not SQL: a title that its portfolio still has is folded there, of another the letters A to Z are.
UPDATE "job_changes" SET "title_key" = COALESCE((SELECT p."title_key" FROM "portfolios" p WHERE p."id" = "job_changes"."portfolio_id" AND p."publication_title" = "job_changes"."title"), lower("job_changes"."title" COLLATE "C"));
-- create index "jobchange_job_id_title_key_id" to table: "job_changes"
CREATE INDEX "jobchange_job_id_title_key_id" ON "job_changes" ("job_id", "title_key", "id");
-- drop index "jobfinding_part_id" from table: "job_findings"
DROP INDEX "jobfinding_part_id";
-- create index "jobfinding_part_id_id" to table: "job_findings"
CREATE INDEX "jobfinding_part_id_id" ON "job_findings" ("part_id", "id");
-- create index "job_actor_kind_actor_id_created_at_id" to table: "jobs"
CREATE INDEX "job_actor_kind_actor_id_created_at_id" ON "jobs" ("actor_kind", "actor_id", "created_at", "id");
-- create index "job_trigger_created_at_id" to table: "jobs"
CREATE INDEX "job_trigger_created_at_id" ON "jobs" ("trigger", "created_at", "id");
-- create index "job_updated_at_id" to table: "jobs"
CREATE INDEX "job_updated_at_id" ON "jobs" ("updated_at", "id");
-- drop index "portfolio_online_key" from table: "portfolios"
DROP INDEX "portfolio_online_key";
-- drop index "portfolio_print_key" from table: "portfolios"
DROP INDEX "portfolio_print_key";
-- drop index "portfolio_title_id" from table: "portfolios"
DROP INDEX "portfolio_title_id";
-- create index "portfolio_collection_id_updated_at_id" to table: "portfolios"
CREATE INDEX "portfolio_collection_id_updated_at_id" ON "portfolios" ("collection_id", "updated_at", "id");
-- create index "portfolio_online_key_id" to table: "portfolios"
CREATE INDEX "portfolio_online_key_id" ON "portfolios" ("online_key", "id");
-- create index "portfolio_print_key_id" to table: "portfolios"
CREATE INDEX "portfolio_print_key_id" ON "portfolios" ("print_key", "id");
-- create index "portfolio_title_id_id" to table: "portfolios"
CREATE INDEX "portfolio_title_id_id" ON "portfolios" ("title_id", "id");
-- create index "portfolio_updated_at_id" to table: "portfolios"
CREATE INDEX "portfolio_updated_at_id" ON "portfolios" ("updated_at", "id");

-- +goose Down
-- reverse: create index "portfolio_updated_at_id" to table: "portfolios"
DROP INDEX "portfolio_updated_at_id";
-- reverse: create index "portfolio_title_id_id" to table: "portfolios"
DROP INDEX "portfolio_title_id_id";
-- reverse: create index "portfolio_print_key_id" to table: "portfolios"
DROP INDEX "portfolio_print_key_id";
-- reverse: create index "portfolio_online_key_id" to table: "portfolios"
DROP INDEX "portfolio_online_key_id";
-- reverse: create index "portfolio_collection_id_updated_at_id" to table: "portfolios"
DROP INDEX "portfolio_collection_id_updated_at_id";
-- reverse: drop index "portfolio_title_id" from table: "portfolios"
CREATE INDEX "portfolio_title_id" ON "portfolios" ("title_id");
-- reverse: drop index "portfolio_print_key" from table: "portfolios"
CREATE INDEX "portfolio_print_key" ON "portfolios" ("print_key");
-- reverse: drop index "portfolio_online_key" from table: "portfolios"
CREATE INDEX "portfolio_online_key" ON "portfolios" ("online_key");
-- reverse: create index "job_updated_at_id" to table: "jobs"
DROP INDEX "job_updated_at_id";
-- reverse: create index "job_trigger_created_at_id" to table: "jobs"
DROP INDEX "job_trigger_created_at_id";
-- reverse: create index "job_actor_kind_actor_id_created_at_id" to table: "jobs"
DROP INDEX "job_actor_kind_actor_id_created_at_id";
-- reverse: create index "jobfinding_part_id_id" to table: "job_findings"
DROP INDEX "jobfinding_part_id_id";
-- reverse: drop index "jobfinding_part_id" from table: "job_findings"
CREATE INDEX "jobfinding_part_id" ON "job_findings" ("part_id");
-- reverse: create index "jobchange_job_id_title_key_id" to table: "job_changes"
DROP INDEX "jobchange_job_id_title_key_id";
-- reverse: modify "job_changes" table
ALTER TABLE "job_changes" DROP COLUMN "title_key";
-- reverse: modify "edits" table
ALTER TABLE "edits" DROP COLUMN "title_key";
-- reverse: create index "communityzonetitle_updated_at_id" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_updated_at_id";
-- reverse: create index "communityzonetitle_title_id_id" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_title_id_id";
-- reverse: create index "communityzonetitle_print_key_id" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_print_key_id";
-- reverse: create index "communityzonetitle_online_key_id" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_online_key_id";
-- reverse: drop index "communityzonetitle_title_id" from table: "community_zone_titles"
CREATE INDEX "communityzonetitle_title_id" ON "community_zone_titles" ("title_id");
-- reverse: drop index "communityzonetitle_print_key" from table: "community_zone_titles"
CREATE INDEX "communityzonetitle_print_key" ON "community_zone_titles" ("print_key");
-- reverse: drop index "communityzonetitle_online_key" from table: "community_zone_titles"
CREATE INDEX "communityzonetitle_online_key" ON "community_zone_titles" ("online_key");
