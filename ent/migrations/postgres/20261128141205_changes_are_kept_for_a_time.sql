-- +goose Up
-- modify "settings" table
ALTER TABLE "settings" ADD COLUMN "changes_from" bigint NOT NULL DEFAULT 0;

-- +goose Down
-- reverse: modify "settings" table
ALTER TABLE "settings" DROP COLUMN "changes_from";
