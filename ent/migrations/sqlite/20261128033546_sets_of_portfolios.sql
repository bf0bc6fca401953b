-- +goose Up
-- create "portfolio_sets" table
CREATE TABLE `portfolio_sets` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `name` text NOT NULL, `description` text NOT NULL DEFAULT (''), `filter` text NOT NULL DEFAULT (''), `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));
-- create index "portfolio_sets_name_key" to table: "portfolio_sets"
CREATE UNIQUE INDEX `portfolio_sets_name_key` ON `portfolio_sets` (`name`);
-- create "portfolio_set_members" table
CREATE TABLE `portfolio_set_members` (`portfolio_set_id` integer NOT NULL, `portfolio_id` integer NOT NULL, PRIMARY KEY (`portfolio_set_id`, `portfolio_id`), CONSTRAINT `portfolio_set_members_portfolio_sets_portfolio_set` FOREIGN KEY (`portfolio_set_id`) REFERENCES `portfolio_sets` (`id`) ON DELETE CASCADE, CONSTRAINT `portfolio_set_members_portfolios_portfolio` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE CASCADE);
-- create index "portfoliosetmember_portfolio_id" to table: "portfolio_set_members"
CREATE INDEX `portfoliosetmember_portfolio_id` ON `portfolio_set_members` (`portfolio_id`);

-- +goose Down
-- reverse: create index "portfoliosetmember_portfolio_id" to table: "portfolio_set_members"
DROP INDEX `portfoliosetmember_portfolio_id`;
-- reverse: create "portfolio_set_members" table
DROP TABLE `portfolio_set_members`;
-- reverse: create index "portfolio_sets_name_key" to table: "portfolio_sets"
DROP INDEX `portfolio_sets_name_key`;
-- reverse: create "portfolio_sets" table
DROP TABLE `portfolio_sets`;
