-- +goose Up
-- The store fills these columns after the migrations, since the words are made by the program.
-- modify "community_zone_titles" table
ALTER TABLE "community_zone_titles" ADD COLUMN "words" text NOT NULL DEFAULT '' COLLATE "C";
-- modify "licenses" table
ALTER TABLE "licenses" ADD COLUMN "words" text NOT NULL DEFAULT '' COLLATE "C";
-- modify "po_lines" table
ALTER TABLE "po_lines" ADD COLUMN "words" text NOT NULL DEFAULT '' COLLATE "C";
-- modify "portfolios" table
ALTER TABLE "portfolios" ADD COLUMN "local_words" text NOT NULL DEFAULT '' COLLATE "C", ADD COLUMN "words" text NOT NULL DEFAULT '' COLLATE "C";

-- +goose Down
-- reverse: modify "portfolios" table
ALTER TABLE "portfolios" DROP COLUMN "words", DROP COLUMN "local_words";
-- reverse: modify "po_lines" table
ALTER TABLE "po_lines" DROP COLUMN "words";
-- reverse: modify "licenses" table
ALTER TABLE "licenses" DROP COLUMN "words";
-- reverse: modify "community_zone_titles" table
ALTER TABLE "community_zone_titles" DROP COLUMN "words";
