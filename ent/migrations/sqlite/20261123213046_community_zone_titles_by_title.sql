-- +goose Up
-- create index "communityzonetitle_title_key_id" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_title_key_id` ON `community_zone_titles` (`title_key`, `id`);

-- +goose Down
-- reverse: create index "communityzonetitle_title_key_id" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_title_key_id`;
