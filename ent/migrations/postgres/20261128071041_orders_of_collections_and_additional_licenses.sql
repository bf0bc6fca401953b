-- +goose Up
-- create "additional_licenses" table
CREATE TABLE "additional_licenses" ("portfolio_id" bigint NOT NULL, "license_id" bigint NOT NULL, PRIMARY KEY ("portfolio_id", "license_id"), CONSTRAINT "additional_licenses_licenses_license" FOREIGN KEY ("license_id") REFERENCES "licenses" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "additional_licenses_portfolios_portfolio" FOREIGN KEY ("portfolio_id") REFERENCES "portfolios" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "additionallicense_license_id" to table: "additional_licenses"
CREATE INDEX "additionallicense_license_id" ON "additional_licenses" ("license_id");
-- modify "po_lines" table
ALTER TABLE "po_lines" ADD COLUMN "process_type" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "fund" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "price" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "currency" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "interval_from" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "interval_until" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "collection_id" bigint NULL, ADD CONSTRAINT "po_lines_collections_po_lines" FOREIGN KEY ("collection_id") REFERENCES "collections" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT;
-- create index "po_line_one_main_of_collection" to table: "po_lines"
CREATE UNIQUE INDEX "po_line_one_main_of_collection" ON "po_lines" ("collection_id") WHERE (main AND (collection_id IS NOT NULL));
-- create index "poline_collection_id" to table: "po_lines"
CREATE INDEX "poline_collection_id" ON "po_lines" ("collection_id") WHERE (collection_id IS NOT NULL);

-- +goose Down
-- reverse: create index "poline_collection_id" to table: "po_lines"
DROP INDEX "poline_collection_id";
-- reverse: create index "po_line_one_main_of_collection" to table: "po_lines"
DROP INDEX "po_line_one_main_of_collection";
-- reverse: modify "po_lines" table
ALTER TABLE "po_lines" DROP CONSTRAINT "po_lines_collections_po_lines", DROP COLUMN "collection_id", DROP COLUMN "interval_until", DROP COLUMN "interval_from", DROP COLUMN "currency", DROP COLUMN "price", DROP COLUMN "fund", DROP COLUMN "process_type";
-- reverse: create index "additionallicense_license_id" to table: "additional_licenses"
DROP INDEX "additionallicense_license_id";
-- reverse: create "additional_licenses" table
DROP TABLE "additional_licenses";
