-- +goose Up
-- reviewed: all but one of a portfolio's are of profiles that are gone, and only the one that stays is ever shown
-- of several that profiles left behind, deleted one after the other: the one that ended last is what their portfolio shows
DELETE FROM `entitlements` WHERE `profile_id` IS NULL AND EXISTS (
  SELECT 1 FROM `entitlements` AS `o` WHERE `o`.`portfolio_id` = `entitlements`.`portfolio_id` AND `o`.`profile_id` IS NULL
    AND (`o`.`active`, `o`.`updated_at`, `o`.`id`) > (`entitlements`.`active`, `entitlements`.`updated_at`, `entitlements`.`id`));
-- nothing is deleted along with a row here: a migration deletes what refers to it by itself
DELETE FROM `coverage_statements` WHERE `entitlement_id` NOT IN (SELECT `id` FROM `entitlements`);
-- create index "entitlement_of_no_profile" to table: "entitlements"
CREATE UNIQUE INDEX `entitlement_of_no_profile` ON `entitlements` (`portfolio_id`) WHERE profile_id IS NULL;

-- +goose Down
-- reverse: create index "entitlement_of_no_profile" to table: "entitlements"
DROP INDEX `entitlement_of_no_profile`;
