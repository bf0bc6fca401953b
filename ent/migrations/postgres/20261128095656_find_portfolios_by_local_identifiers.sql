-- +goose Up
-- create index "portfolio_local_identifier" to table: "portfolios"
CREATE INDEX "portfolio_local_identifier" ON "portfolios" ("id") WHERE ((local_values ~~ '%_identifier":%'::text) OR (local_values ~~ '%"title_id":%'::text));

-- +goose Down
-- reverse: create index "portfolio_local_identifier" to table: "portfolios"
DROP INDEX "portfolio_local_identifier";
