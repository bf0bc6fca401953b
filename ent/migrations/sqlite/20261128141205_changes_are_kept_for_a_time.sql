-- +goose Up
-- add column "changes_from" to table: "settings"
ALTER TABLE `settings` ADD COLUMN `changes_from` integer NOT NULL DEFAULT (0);

-- +goose Down
-- reverse: add column "changes_from" to table: "settings"
ALTER TABLE `settings` DROP COLUMN `changes_from`;
