-- +goose Up
-- modify "collections" table
ALTER TABLE "collections" ADD COLUMN "perpetual_access" boolean NOT NULL DEFAULT false, ADD COLUMN "perpetual_from" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "perpetual_until" text NOT NULL DEFAULT '' COLLATE "C";
-- modify "licenses" table
ALTER TABLE "licenses" ADD COLUMN "perpetual_access" boolean NOT NULL DEFAULT false, ADD COLUMN "perpetual_from" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "perpetual_until" text NOT NULL DEFAULT '' COLLATE "C";
-- create index "license_perpetual" to table: "licenses"
CREATE INDEX "license_perpetual" ON "licenses" ("id") WHERE perpetual_access;
-- modify "portfolios" table
ALTER TABLE "portfolios" ADD COLUMN "local_values" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "access_rights" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "perpetual_from" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "perpetual_until" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "retained_coverage" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- A locked field becomes a local value: the value that the portfolio has now. The provider's own is written beside it by the next run that
-- has it, for which the hash of what its list said last is made to differ.
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('access_type', "access_type"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% access_type %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('coverage', '{"mode":"INSTEAD","statements":' || (SELECT COALESCE(json_agg(json_build_object('dateFirst', c.date_first_issue_online, 'volFirst', c.num_first_vol_online, 'issueFirst', c.num_first_issue_online, 'dateLast', c.date_last_issue_online, 'volLast', c.num_last_vol_online, 'issueLast', c.num_last_issue_online, 'embargo', c.embargo_info, 'kind', c.kind, 'url', c.title_url, 'notes', c.notes, 'depth', c.coverage_depth)
	ORDER BY c.date_first_issue_online, e.id, c.position), '[]')::text
	FROM coverage_statements c JOIN entitlements e ON e.id = c.entitlement_id WHERE e.portfolio_id = portfolios.id AND (e.active OR NOT EXISTS (
		SELECT 1 FROM entitlements a WHERE a.portfolio_id = e.portfolio_id AND a.active))) || '}'))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% coverage %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('coverage_depth', "coverage_depth"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% coverage_depth %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('date_monograph_published_online', "date_monograph_published_online"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% date_monograph_published_online %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('date_monograph_published_print', "date_monograph_published_print"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% date_monograph_published_print %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('first_author', "first_author"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% first_author %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('first_editor', "first_editor"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% first_editor %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('monograph_edition', "monograph_edition"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% monograph_edition %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('monograph_volume', "monograph_volume"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% monograph_volume %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('notes', "notes"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% notes %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('online_identifier', "online_identifier"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% online_identifier %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('parent_publication_title_id', "parent_publication_title_id"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% parent_publication_title_id %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('preceding_publication_title_id', "preceding_publication_title_id"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% preceding_publication_title_id %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('print_identifier', "print_identifier"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% print_identifier %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('publication_title', "publication_title"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% publication_title %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('publication_type', "publication_type"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% publication_type %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('publisher_name', "publisher_name"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% publisher_name %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('title_id', "title_id"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% title_id %';
UPDATE "portfolios" SET "local_values" = ((CASE "local_values" WHEN '' THEN '{}' ELSE "local_values" END)::jsonb || jsonb_build_object('title_url', "title_url"))::text
WHERE ' ' || "locked_fields" || ' ' LIKE '% title_url %';
UPDATE "entitlements" SET "own_hash" = "own_hash" / 2 + 1 WHERE "own_values" <> '' AND "own_hash" IS NOT NULL
AND "portfolio_id" IN (SELECT "id" FROM "portfolios" WHERE "locked_fields" <> '');
-- reviewed: what was locked is a local value by now
ALTER TABLE "portfolios" DROP COLUMN "locked_fields";
-- create index "portfolio_local" to table: "portfolios"
CREATE INDEX "portfolio_local" ON "portfolios" ("collection_id", "title_key", "id") WHERE (local_values <> ''::text);
-- create index "portfolio_rights" to table: "portfolios"
CREATE INDEX "portfolio_rights" ON "portfolios" ("collection_id", "title_key", "id") WHERE (access_rights <> ''::text);
-- create "edits" table
CREATE TABLE "edits" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "actor_kind" text NOT NULL DEFAULT '' COLLATE "C", "actor_id" bigint NOT NULL DEFAULT 0, "actor_name" text NOT NULL DEFAULT '' COLLATE "C", "collection_id" bigint NOT NULL, "action" text NOT NULL COLLATE "C", "field" text NOT NULL DEFAULT '' COLLATE "C", "title" text NOT NULL COLLATE "C", "title_id" text NOT NULL DEFAULT '' COLLATE "C", "print_identifier" text NOT NULL DEFAULT '' COLLATE "C", "online_identifier" text NOT NULL DEFAULT '' COLLATE "C", "value_kind" text NOT NULL DEFAULT '' COLLATE "C", "old_value" text NOT NULL DEFAULT '' COLLATE "C", "new_value" text NOT NULL DEFAULT '' COLLATE "C", "portfolio_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "edits_portfolios_edits" FOREIGN KEY ("portfolio_id") REFERENCES "portfolios" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "edit_collection_id_id" to table: "edits"
CREATE INDEX "edit_collection_id_id" ON "edits" ("collection_id", "id");
-- create index "edit_created_at_id" to table: "edits"
CREATE INDEX "edit_created_at_id" ON "edits" ("created_at", "id");
-- create index "edit_portfolio_id_id" to table: "edits"
CREATE INDEX "edit_portfolio_id_id" ON "edits" ("portfolio_id", "id");

-- +goose Down
-- reverse: create index "edit_portfolio_id_id" to table: "edits"
DROP INDEX "edit_portfolio_id_id";
-- reverse: create index "edit_created_at_id" to table: "edits"
DROP INDEX "edit_created_at_id";
-- reverse: create index "edit_collection_id_id" to table: "edits"
DROP INDEX "edit_collection_id_id";
-- reverse: create "edits" table
DROP TABLE "edits";
-- reverse: create index "portfolio_rights" to table: "portfolios"
DROP INDEX "portfolio_rights";
-- reverse: create index "portfolio_local" to table: "portfolios"
DROP INDEX "portfolio_local";
-- reverse: modify "portfolios" table
ALTER TABLE "portfolios" DROP COLUMN "version", DROP COLUMN "retained_coverage", DROP COLUMN "perpetual_until", DROP COLUMN "perpetual_from", DROP COLUMN "access_rights", DROP COLUMN "local_values", ADD COLUMN "locked_fields" text NOT NULL DEFAULT '' COLLATE "C";
-- reverse: create index "license_perpetual" to table: "licenses"
DROP INDEX "license_perpetual";
-- reverse: modify "licenses" table
ALTER TABLE "licenses" DROP COLUMN "perpetual_until", DROP COLUMN "perpetual_from", DROP COLUMN "perpetual_access";
-- reverse: modify "collections" table
ALTER TABLE "collections" DROP COLUMN "perpetual_until", DROP COLUMN "perpetual_from", DROP COLUMN "perpetual_access";
