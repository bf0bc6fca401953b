-- +goose Up
-- modify "people" table
ALTER TABLE `people` ADD COLUMN `version` integer NOT NULL DEFAULT (1);

-- +goose Down
-- reverse: modify "people" table
ALTER TABLE `people` DROP COLUMN `version`;
