-- +goose Up
-- create "workers" table
CREATE TABLE `workers` (`id` integer NOT NULL, `host` text NOT NULL, `pid` integer NOT NULL, `version` text NOT NULL DEFAULT (''), `concurrency` integer NOT NULL, `started_at` integer NOT NULL, `seen_at` integer NOT NULL, PRIMARY KEY (`id`));

-- +goose Down
-- reverse: create "workers" table
DROP TABLE `workers`;
