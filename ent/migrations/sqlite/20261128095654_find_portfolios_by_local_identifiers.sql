-- +goose Up
-- create index "portfolio_local_identifier" to table: "portfolios"
CREATE INDEX `portfolio_local_identifier` ON `portfolios` (`id`) WHERE (local_values LIKE '%_identifier":%' OR local_values LIKE '%"title_id":%');

-- +goose Down
-- reverse: create index "portfolio_local_identifier" to table: "portfolios"
DROP INDEX `portfolio_local_identifier`;
