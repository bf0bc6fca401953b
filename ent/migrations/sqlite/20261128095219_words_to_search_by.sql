-- +goose Up
-- The store fills these columns after the migrations, since the words are made by the program.
-- add column "words" to table: "community_zone_titles"
ALTER TABLE `community_zone_titles` ADD COLUMN `words` text NOT NULL DEFAULT ('');
-- add column "words" to table: "licenses"
ALTER TABLE `licenses` ADD COLUMN `words` text NOT NULL DEFAULT ('');
-- add column "words" to table: "po_lines"
ALTER TABLE `po_lines` ADD COLUMN `words` text NOT NULL DEFAULT ('');
-- add columns "local_words" and "words" to table: "portfolios"
ALTER TABLE `portfolios` ADD COLUMN `local_words` text NOT NULL DEFAULT ('');
ALTER TABLE `portfolios` ADD COLUMN `words` text NOT NULL DEFAULT ('');

-- +goose Down
-- reverse: add columns "local_words" and "words" to table: "portfolios"
ALTER TABLE `portfolios` DROP COLUMN `words`;
ALTER TABLE `portfolios` DROP COLUMN `local_words`;
-- reverse: add column "words" to table: "po_lines"
ALTER TABLE `po_lines` DROP COLUMN `words`;
-- reverse: add column "words" to table: "licenses"
ALTER TABLE `licenses` DROP COLUMN `words`;
-- reverse: add column "words" to table: "community_zone_titles"
ALTER TABLE `community_zone_titles` DROP COLUMN `words`;
