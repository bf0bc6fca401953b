-- +goose Up
-- create "collections" table
CREATE TABLE `collections` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `name` text NOT NULL, `name_key` text NOT NULL, `content` text NOT NULL DEFAULT (''), `active` bool NOT NULL DEFAULT (true), `available` bool NOT NULL DEFAULT (true), `auto_activate_new_portfolios` bool NOT NULL DEFAULT (false), `activation_type` text NOT NULL DEFAULT ('MANUAL'), `writer_job_id` integer NULL, `version` integer NOT NULL DEFAULT (1), `community_zone_collection_id` integer NULL, `license_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `collections_community_zone_collections_collections` FOREIGN KEY (`community_zone_collection_id`) REFERENCES `community_zone_collections` (`id`) ON DELETE SET NULL, CONSTRAINT `collections_licenses_collections` FOREIGN KEY (`license_id`) REFERENCES `licenses` (`id`) ON DELETE RESTRICT);
-- create index "collection_name_key_id" to table: "collections"
CREATE INDEX `collection_name_key_id` ON `collections` (`name_key`, `id`);
-- create index "collection_community_zone_collection_id" to table: "collections"
CREATE UNIQUE INDEX `collection_community_zone_collection_id` ON `collections` (`community_zone_collection_id`);
-- create index "collection_license_id" to table: "collections"
CREATE INDEX `collection_license_id` ON `collections` (`license_id`);
-- create "collection_sets" table
CREATE TABLE `collection_sets` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `name` text NOT NULL, `description` text NOT NULL DEFAULT (''), `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));
-- create index "collection_sets_name_key" to table: "collection_sets"
CREATE UNIQUE INDEX `collection_sets_name_key` ON `collection_sets` (`name`);
-- create "collection_set_members" table
CREATE TABLE `collection_set_members` (`collection_set_id` integer NOT NULL, `collection_id` integer NOT NULL, PRIMARY KEY (`collection_set_id`, `collection_id`), CONSTRAINT `collection_set_members_collection_sets_collection_set` FOREIGN KEY (`collection_set_id`) REFERENCES `collection_sets` (`id`) ON DELETE CASCADE, CONSTRAINT `collection_set_members_collections_collection` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE);
-- create index "collectionsetmember_collection_id" to table: "collection_set_members"
CREATE INDEX `collectionsetmember_collection_id` ON `collection_set_members` (`collection_id`);
-- create "community_zone_collections" table
CREATE TABLE `community_zone_collections` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `cz_id` text NOT NULL, `name` text NOT NULL, `name_key` text NOT NULL, `provider` text NOT NULL, `content` text NOT NULL, `titles_updated_at` integer NULL, PRIMARY KEY (`id`));
-- create index "community_zone_collections_cz_id_key" to table: "community_zone_collections"
CREATE UNIQUE INDEX `community_zone_collections_cz_id_key` ON `community_zone_collections` (`cz_id`);
-- create index "communityzonecollection_name_key_id" to table: "community_zone_collections"
CREATE INDEX `communityzonecollection_name_key_id` ON `community_zone_collections` (`name_key`, `id`);
-- create index "communityzonecollection_content" to table: "community_zone_collections"
CREATE INDEX `communityzonecollection_content` ON `community_zone_collections` (`content`);
-- create "community_zone_titles" table
CREATE TABLE `community_zone_titles` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `coverage` text NOT NULL DEFAULT (''), `coverage_hash` integer NOT NULL DEFAULT (0), `removed_at` integer NULL, `publication_title` text NOT NULL, `print_identifier` text NOT NULL DEFAULT (''), `online_identifier` text NOT NULL DEFAULT (''), `title_url` text NOT NULL DEFAULT (''), `first_author` text NOT NULL DEFAULT (''), `title_id` text NOT NULL DEFAULT (''), `coverage_depth` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `publisher_name` text NOT NULL DEFAULT (''), `publication_type` text NOT NULL DEFAULT (''), `date_monograph_published_print` text NOT NULL DEFAULT (''), `date_monograph_published_online` text NOT NULL DEFAULT (''), `monograph_volume` text NOT NULL DEFAULT (''), `monograph_edition` text NOT NULL DEFAULT (''), `first_editor` text NOT NULL DEFAULT (''), `parent_publication_title_id` text NOT NULL DEFAULT (''), `preceding_publication_title_id` text NOT NULL DEFAULT (''), `access_type` text NOT NULL DEFAULT (''), `title_key` text NOT NULL, `print_key` text NOT NULL DEFAULT (''), `online_key` text NOT NULL DEFAULT (''), `more_keys` text NOT NULL DEFAULT (''), `values_hash` integer NOT NULL, `community_zone_collection_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `community_zone_titles_community_zone_collections_titles` FOREIGN KEY (`community_zone_collection_id`) REFERENCES `community_zone_collections` (`id`) ON DELETE CASCADE);
-- create index "communityzonetitle_community_zone_collection_id_title_key_id" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_community_zone_collection_id_title_key_id` ON `community_zone_titles` (`community_zone_collection_id`, `title_key`, `id`);
-- create index "communityzonetitle_print_key" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_print_key` ON `community_zone_titles` (`print_key`);
-- create index "communityzonetitle_online_key" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_online_key` ON `community_zone_titles` (`online_key`);
-- create index "communityzonetitle_title_id" to table: "community_zone_titles"
CREATE INDEX `communityzonetitle_title_id` ON `community_zone_titles` (`title_id`);
-- create "coverage_statements" table
CREATE TABLE `coverage_statements` (`id` integer NOT NULL, `position` integer NOT NULL, `date_first_issue_online` text NOT NULL DEFAULT (''), `num_first_vol_online` text NOT NULL DEFAULT (''), `num_first_issue_online` text NOT NULL DEFAULT (''), `date_last_issue_online` text NOT NULL DEFAULT (''), `num_last_vol_online` text NOT NULL DEFAULT (''), `num_last_issue_online` text NOT NULL DEFAULT (''), `embargo_info` text NOT NULL DEFAULT (''), `title_url` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `kind` text NOT NULL DEFAULT (''), `entitlement_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `coverage_statements_entitlements_coverage` FOREIGN KEY (`entitlement_id`) REFERENCES `entitlements` (`id`) ON DELETE CASCADE);
-- create index "coveragestatement_entitlement_id_position" to table: "coverage_statements"
CREATE UNIQUE INDEX `coveragestatement_entitlement_id_position` ON `coverage_statements` (`entitlement_id`, `position`);
-- create "entitlements" table
CREATE TABLE `entitlements` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `active` bool NOT NULL, `coverage_hash` integer NOT NULL, `portfolio_id` integer NOT NULL, `profile_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `entitlements_portfolios_entitlements` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE CASCADE, CONSTRAINT `entitlements_profiles_entitlements` FOREIGN KEY (`profile_id`) REFERENCES `profiles` (`id`) ON DELETE RESTRICT);
-- create index "entitlement_portfolio_id_profile_id" to table: "entitlements"
CREATE UNIQUE INDEX `entitlement_portfolio_id_profile_id` ON `entitlements` (`portfolio_id`, `profile_id`);
-- create index "entitlement_profile_id_active" to table: "entitlements"
CREATE INDEX `entitlement_profile_id_active` ON `entitlements` (`profile_id`, `active`);
-- create "inventory_groups" table
CREATE TABLE `inventory_groups` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `name` text NOT NULL, `description` text NOT NULL DEFAULT (''), `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));
-- create index "inventory_groups_name_key" to table: "inventory_groups"
CREATE UNIQUE INDEX `inventory_groups_name_key` ON `inventory_groups` (`name`);
-- create "jobs" table
CREATE TABLE `jobs` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `kind` text NOT NULL, `state` text NOT NULL, `verdict` text NOT NULL DEFAULT (''), `mode` text NOT NULL, `trigger` text NOT NULL, `args` json NOT NULL, `unique_key` text NULL, `idempotency_key` text NULL, `phase` text NOT NULL DEFAULT (''), `done` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `applied` bool NOT NULL DEFAULT (false), `counts` json NULL, `summary` text NOT NULL DEFAULT (''), `error_code` text NOT NULL DEFAULT (''), `error_message` text NOT NULL DEFAULT (''), `error_hint` text NOT NULL DEFAULT (''), `run_token` text NOT NULL DEFAULT (''), `attempt` integer NOT NULL DEFAULT (0), `due_at` integer NOT NULL, `dispatched_at` integer NULL, `heartbeat_at` integer NULL, `waits_for_job_id` integer NULL, `started_at` integer NULL, `finished_at` integer NULL, `subject_job_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `jobs_jobs_dependents` FOREIGN KEY (`subject_job_id`) REFERENCES `jobs` (`id`) ON DELETE SET NULL);
-- create index "jobs_idempotency_key_key" to table: "jobs"
CREATE UNIQUE INDEX `jobs_idempotency_key_key` ON `jobs` (`idempotency_key`);
-- create index "job_one_unfinished" to table: "jobs"
CREATE UNIQUE INDEX `job_one_unfinished` ON `jobs` (`unique_key`) WHERE state IN ('QUEUED', 'RUNNING', 'CANCELLING');
-- create index "job_unfinished" to table: "jobs"
CREATE INDEX `job_unfinished` ON `jobs` (`state`, `due_at`) WHERE state IN ('QUEUED', 'RUNNING', 'CANCELLING');
-- create index "job_state_id" to table: "jobs"
CREATE INDEX `job_state_id` ON `jobs` (`state`, `id`);
-- create index "job_kind_id" to table: "jobs"
CREATE INDEX `job_kind_id` ON `jobs` (`kind`, `id`);
-- create index "job_subject_job_id" to table: "jobs"
CREATE INDEX `job_subject_job_id` ON `jobs` (`subject_job_id`);
-- create index "job_waits_for_job_id" to table: "jobs"
CREATE INDEX `job_waits_for_job_id` ON `jobs` (`waits_for_job_id`) WHERE waits_for_job_id IS NOT NULL;
-- create "job_changes" table
CREATE TABLE `job_changes` (`id` integer NOT NULL, `action` text NOT NULL, `field` text NOT NULL DEFAULT (''), `title` text NOT NULL, `old_value` text NOT NULL DEFAULT (''), `new_value` text NOT NULL DEFAULT (''), `line` integer NOT NULL DEFAULT (0), `job_id` integer NOT NULL, `part_id` integer NOT NULL, `portfolio_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `job_changes_jobs_changes` FOREIGN KEY (`job_id`) REFERENCES `jobs` (`id`) ON DELETE CASCADE, CONSTRAINT `job_changes_job_parts_changes` FOREIGN KEY (`part_id`) REFERENCES `job_parts` (`id`) ON DELETE CASCADE, CONSTRAINT `job_changes_portfolios_changes` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE SET NULL);
-- create index "jobchange_job_id_action_field_id" to table: "job_changes"
CREATE INDEX `jobchange_job_id_action_field_id` ON `job_changes` (`job_id`, `action`, `field`, `id`);
-- create index "jobchange_part_id_portfolio_id" to table: "job_changes"
CREATE INDEX `jobchange_part_id_portfolio_id` ON `job_changes` (`part_id`, `portfolio_id`);
-- create index "jobchange_portfolio_id_id" to table: "job_changes"
CREATE INDEX `jobchange_portfolio_id_id` ON `job_changes` (`portfolio_id`, `id`);
-- create "job_findings" table
CREATE TABLE `job_findings` (`id` integer NOT NULL, `severity` integer NOT NULL, `code` text NOT NULL, `line` integer NOT NULL, `column` text NOT NULL, `value` text NOT NULL, `message` text NOT NULL, `hint` text NOT NULL, `job_id` integer NOT NULL, `part_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `job_findings_jobs_findings` FOREIGN KEY (`job_id`) REFERENCES `jobs` (`id`) ON DELETE CASCADE, CONSTRAINT `job_findings_job_parts_findings` FOREIGN KEY (`part_id`) REFERENCES `job_parts` (`id`) ON DELETE CASCADE);
-- create index "jobfinding_job_id_id" to table: "job_findings"
CREATE INDEX `jobfinding_job_id_id` ON `job_findings` (`job_id`, `id`);
-- create index "jobfinding_job_id_severity_code_id" to table: "job_findings"
CREATE INDEX `jobfinding_job_id_severity_code_id` ON `job_findings` (`job_id`, `severity`, `code`, `id`);
-- create index "jobfinding_job_id_code_id" to table: "job_findings"
CREATE INDEX `jobfinding_job_id_code_id` ON `job_findings` (`job_id`, `code`, `id`);
-- create index "jobfinding_job_id_column_id" to table: "job_findings"
CREATE INDEX `jobfinding_job_id_column_id` ON `job_findings` (`job_id`, `column`, `id`);
-- create index "jobfinding_part_id" to table: "job_findings"
CREATE INDEX `jobfinding_part_id` ON `job_findings` (`part_id`);
-- create "job_parts" table
CREATE TABLE `job_parts` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `content` text NOT NULL, `state` text NOT NULL, `counts` json NULL, `code` text NOT NULL DEFAULT (''), `message` text NOT NULL DEFAULT (''), `hint` text NOT NULL DEFAULT (''), `groups` json NULL, `profile_name` text NOT NULL DEFAULT (''), `collection_name` text NOT NULL DEFAULT (''), `plan_hash` text NOT NULL DEFAULT (''), `entitlements_before` integer NOT NULL DEFAULT (0), `collection_id` integer NULL, `job_id` integer NOT NULL, `profile_id` integer NULL, `provider_file_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `job_parts_collections_job_parts` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE SET NULL, CONSTRAINT `job_parts_jobs_parts` FOREIGN KEY (`job_id`) REFERENCES `jobs` (`id`) ON DELETE CASCADE, CONSTRAINT `job_parts_profiles_job_parts` FOREIGN KEY (`profile_id`) REFERENCES `profiles` (`id`) ON DELETE SET NULL, CONSTRAINT `job_parts_provider_files_job_parts` FOREIGN KEY (`provider_file_id`) REFERENCES `provider_files` (`id`) ON DELETE SET NULL);
-- create index "jobpart_job_id_profile_id_content" to table: "job_parts"
CREATE UNIQUE INDEX `jobpart_job_id_profile_id_content` ON `job_parts` (`job_id`, `profile_id`, `content`);
-- create index "jobpart_profile_id_collection_id" to table: "job_parts"
CREATE INDEX `jobpart_profile_id_collection_id` ON `job_parts` (`profile_id`, `collection_id`);
-- create index "jobpart_collection_id" to table: "job_parts"
CREATE INDEX `jobpart_collection_id` ON `job_parts` (`collection_id`);
-- create index "jobpart_provider_file_id" to table: "job_parts"
CREATE INDEX `jobpart_provider_file_id` ON `job_parts` (`provider_file_id`);
-- create "licenses" table
CREATE TABLE `licenses` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `code` text NOT NULL, `name` text NOT NULL DEFAULT (''), `vendor` text NOT NULL DEFAULT (''), `status` text NOT NULL DEFAULT (''), `type` text NOT NULL DEFAULT (''), `starts_on` text NOT NULL DEFAULT (''), `ends_on` text NOT NULL DEFAULT (''), `note` text NOT NULL DEFAULT (''), `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));
-- create index "licenses_code_key" to table: "licenses"
CREATE UNIQUE INDEX `licenses_code_key` ON `licenses` (`code`);
-- create index "license_vendor_id" to table: "licenses"
CREATE INDEX `license_vendor_id` ON `licenses` (`vendor`, `id`);
-- create index "license_status_id" to table: "licenses"
CREATE INDEX `license_status_id` ON `licenses` (`status`, `id`);
-- create "po_lines" table
CREATE TABLE `po_lines` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `number` text NOT NULL, `vendor` text NOT NULL DEFAULT (''), `status` text NOT NULL DEFAULT (''), `type` text NOT NULL DEFAULT (''), `ordered_on` text NOT NULL DEFAULT (''), `renews_on` text NOT NULL DEFAULT (''), `note` text NOT NULL DEFAULT (''), `main` bool NOT NULL DEFAULT (true), `version` integer NOT NULL DEFAULT (1), `portfolio_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `po_lines_portfolios_po_lines` FOREIGN KEY (`portfolio_id`) REFERENCES `portfolios` (`id`) ON DELETE RESTRICT);
-- create index "po_lines_number_key" to table: "po_lines"
CREATE UNIQUE INDEX `po_lines_number_key` ON `po_lines` (`number`);
-- create index "poline_portfolio_id_main" to table: "po_lines"
CREATE INDEX `poline_portfolio_id_main` ON `po_lines` (`portfolio_id`, `main`);
-- create index "po_line_one_main" to table: "po_lines"
CREATE UNIQUE INDEX `po_line_one_main` ON `po_lines` (`portfolio_id`) WHERE main AND portfolio_id IS NOT NULL;
-- create index "poline_vendor_id" to table: "po_lines"
CREATE INDEX `poline_vendor_id` ON `po_lines` (`vendor`, `id`);
-- create index "poline_status_id" to table: "po_lines"
CREATE INDEX `poline_status_id` ON `po_lines` (`status`, `id`);
-- create "portfolios" table
CREATE TABLE `portfolios` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `available` bool NOT NULL, `listed` bool NOT NULL, `removed_at` integer NULL, `review` text NOT NULL DEFAULT (''), `locked_fields` text NOT NULL DEFAULT (''), `publication_title` text NOT NULL, `print_identifier` text NOT NULL DEFAULT (''), `online_identifier` text NOT NULL DEFAULT (''), `title_url` text NOT NULL DEFAULT (''), `first_author` text NOT NULL DEFAULT (''), `title_id` text NOT NULL DEFAULT (''), `coverage_depth` text NOT NULL DEFAULT (''), `notes` text NOT NULL DEFAULT (''), `publisher_name` text NOT NULL DEFAULT (''), `publication_type` text NOT NULL DEFAULT (''), `date_monograph_published_print` text NOT NULL DEFAULT (''), `date_monograph_published_online` text NOT NULL DEFAULT (''), `monograph_volume` text NOT NULL DEFAULT (''), `monograph_edition` text NOT NULL DEFAULT (''), `first_editor` text NOT NULL DEFAULT (''), `parent_publication_title_id` text NOT NULL DEFAULT (''), `preceding_publication_title_id` text NOT NULL DEFAULT (''), `access_type` text NOT NULL DEFAULT (''), `title_key` text NOT NULL, `print_key` text NOT NULL DEFAULT (''), `online_key` text NOT NULL DEFAULT (''), `more_keys` text NOT NULL DEFAULT (''), `values_hash` integer NOT NULL, `collection_id` integer NOT NULL, `license_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `portfolios_collections_portfolios` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE RESTRICT, CONSTRAINT `portfolios_licenses_portfolios` FOREIGN KEY (`license_id`) REFERENCES `licenses` (`id`) ON DELETE RESTRICT);
-- create index "portfolio_collection_id_title_key_id" to table: "portfolios"
CREATE INDEX `portfolio_collection_id_title_key_id` ON `portfolios` (`collection_id`, `title_key`, `id`);
-- create index "portfolio_title_key_id" to table: "portfolios"
CREATE INDEX `portfolio_title_key_id` ON `portfolios` (`title_key`, `id`);
-- create index "portfolio_title_id" to table: "portfolios"
CREATE INDEX `portfolio_title_id` ON `portfolios` (`title_id`);
-- create index "portfolio_print_key" to table: "portfolios"
CREATE INDEX `portfolio_print_key` ON `portfolios` (`print_key`);
-- create index "portfolio_online_key" to table: "portfolios"
CREATE INDEX `portfolio_online_key` ON `portfolios` (`online_key`);
-- create index "portfolio_license_id" to table: "portfolios"
CREATE INDEX `portfolio_license_id` ON `portfolios` (`license_id`) WHERE license_id IS NOT NULL;
-- create index "portfolio_unavailable" to table: "portfolios"
CREATE INDEX `portfolio_unavailable` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE NOT available AND removed_at IS NULL;
-- create index "portfolio_unlisted" to table: "portfolios"
CREATE INDEX `portfolio_unlisted` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE NOT listed AND removed_at IS NULL;
-- create index "portfolio_review" to table: "portfolios"
CREATE INDEX `portfolio_review` ON `portfolios` (`collection_id`, `title_key`, `id`) WHERE review <> '';
-- create index "portfolio_removed" to table: "portfolios"
CREATE INDEX `portfolio_removed` ON `portfolios` (`collection_id`, `removed_at`, `id`) WHERE removed_at IS NOT NULL;
-- create "profiles" table
CREATE TABLE `profiles` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `type` text NOT NULL DEFAULT ('UPLOAD_ELECTRONIC_HOLDINGS'), `provider` text NOT NULL DEFAULT ('OXFORD_UNIVERSITY_PRESS'), `description` text NOT NULL DEFAULT (''), `active` bool NOT NULL DEFAULT (false), `customer_number` text NOT NULL, `api_key_sealed` blob NOT NULL, `api_key_fingerprint` text NOT NULL, `api_key_set_at` integer NOT NULL, `file_format` text NOT NULL DEFAULT ('KBART'), `schedule_frequency` text NOT NULL DEFAULT ('WEEKLY'), `schedule_weekday` integer NOT NULL DEFAULT (1), `schedule_day_of_month` integer NOT NULL DEFAULT (1), `schedule_time` text NOT NULL DEFAULT ('03:00'), `schedule_timezone` text NOT NULL DEFAULT ('UTC'), `guard_percent` integer NOT NULL DEFAULT (10), `guard_titles` integer NOT NULL DEFAULT (20), `community_zone_only` bool NOT NULL DEFAULT (false), `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));
-- create index "profile_active_id" to table: "profiles"
CREATE INDEX `profile_active_id` ON `profiles` (`active`, `id`);
-- create "profile_groups" table
CREATE TABLE `profile_groups` (`profile_id` integer NOT NULL, `inventory_group_id` integer NOT NULL, PRIMARY KEY (`profile_id`, `inventory_group_id`), CONSTRAINT `profile_groups_profiles_profile` FOREIGN KEY (`profile_id`) REFERENCES `profiles` (`id`) ON DELETE CASCADE, CONSTRAINT `profile_groups_inventory_groups_group` FOREIGN KEY (`inventory_group_id`) REFERENCES `inventory_groups` (`id`) ON DELETE CASCADE);
-- create index "profilegroup_inventory_group_id" to table: "profile_groups"
CREATE INDEX `profilegroup_inventory_group_id` ON `profile_groups` (`inventory_group_id`);
-- create "provider_files" table
CREATE TABLE `provider_files` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `content` text NOT NULL, `name` text NOT NULL, `path` text NOT NULL, `sha256` text NOT NULL, `size` integer NOT NULL, `stored_size` integer NOT NULL, `etag` text NOT NULL DEFAULT (''), `last_modified` text NOT NULL DEFAULT (''), `date` text NOT NULL DEFAULT (''), `fetched_at` integer NOT NULL, `applied_at` integer NULL, `outcome` text NOT NULL DEFAULT (''), `profile_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `provider_files_profiles_files` FOREIGN KEY (`profile_id`) REFERENCES `profiles` (`id`) ON DELETE SET NULL);
-- create index "providerfile_profile_id_content_sha256" to table: "provider_files"
CREATE UNIQUE INDEX `providerfile_profile_id_content_sha256` ON `provider_files` (`profile_id`, `content`, `sha256`);
-- create index "providerfile_profile_id_content_applied_at" to table: "provider_files"
CREATE INDEX `providerfile_profile_id_content_applied_at` ON `provider_files` (`profile_id`, `content`, `applied_at`);
-- create index "providerfile_content_applied_at" to table: "provider_files"
CREATE INDEX `providerfile_content_applied_at` ON `provider_files` (`content`, `applied_at`);
-- create "schedule_slots" table
CREATE TABLE `schedule_slots` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `slot` text NOT NULL, `job_id` integer NULL, PRIMARY KEY (`id`));
-- create index "schedule_slots_slot_key" to table: "schedule_slots"
CREATE UNIQUE INDEX `schedule_slots_slot_key` ON `schedule_slots` (`slot`);
-- create "settings" table
CREATE TABLE `settings` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `institution_name` text NOT NULL DEFAULT (''), `multi_campus_inventory_management` bool NOT NULL DEFAULT (false), `id_epoch` integer NOT NULL DEFAULT (0), `seal_check` blob NULL, `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));

-- +goose Down
-- reverse: create "settings" table
DROP TABLE `settings`;
-- reverse: create index "schedule_slots_slot_key" to table: "schedule_slots"
DROP INDEX `schedule_slots_slot_key`;
-- reverse: create "schedule_slots" table
DROP TABLE `schedule_slots`;
-- reverse: create index "providerfile_content_applied_at" to table: "provider_files"
DROP INDEX `providerfile_content_applied_at`;
-- reverse: create index "providerfile_profile_id_content_applied_at" to table: "provider_files"
DROP INDEX `providerfile_profile_id_content_applied_at`;
-- reverse: create index "providerfile_profile_id_content_sha256" to table: "provider_files"
DROP INDEX `providerfile_profile_id_content_sha256`;
-- reverse: create "provider_files" table
DROP TABLE `provider_files`;
-- reverse: create index "profilegroup_inventory_group_id" to table: "profile_groups"
DROP INDEX `profilegroup_inventory_group_id`;
-- reverse: create "profile_groups" table
DROP TABLE `profile_groups`;
-- reverse: create index "profile_active_id" to table: "profiles"
DROP INDEX `profile_active_id`;
-- reverse: create "profiles" table
DROP TABLE `profiles`;
-- reverse: create index "portfolio_removed" to table: "portfolios"
DROP INDEX `portfolio_removed`;
-- reverse: create index "portfolio_review" to table: "portfolios"
DROP INDEX `portfolio_review`;
-- reverse: create index "portfolio_unlisted" to table: "portfolios"
DROP INDEX `portfolio_unlisted`;
-- reverse: create index "portfolio_unavailable" to table: "portfolios"
DROP INDEX `portfolio_unavailable`;
-- reverse: create index "portfolio_license_id" to table: "portfolios"
DROP INDEX `portfolio_license_id`;
-- reverse: create index "portfolio_online_key" to table: "portfolios"
DROP INDEX `portfolio_online_key`;
-- reverse: create index "portfolio_print_key" to table: "portfolios"
DROP INDEX `portfolio_print_key`;
-- reverse: create index "portfolio_title_id" to table: "portfolios"
DROP INDEX `portfolio_title_id`;
-- reverse: create index "portfolio_title_key_id" to table: "portfolios"
DROP INDEX `portfolio_title_key_id`;
-- reverse: create index "portfolio_collection_id_title_key_id" to table: "portfolios"
DROP INDEX `portfolio_collection_id_title_key_id`;
-- reverse: create "portfolios" table
DROP TABLE `portfolios`;
-- reverse: create index "poline_status_id" to table: "po_lines"
DROP INDEX `poline_status_id`;
-- reverse: create index "poline_vendor_id" to table: "po_lines"
DROP INDEX `poline_vendor_id`;
-- reverse: create index "po_line_one_main" to table: "po_lines"
DROP INDEX `po_line_one_main`;
-- reverse: create index "poline_portfolio_id_main" to table: "po_lines"
DROP INDEX `poline_portfolio_id_main`;
-- reverse: create index "po_lines_number_key" to table: "po_lines"
DROP INDEX `po_lines_number_key`;
-- reverse: create "po_lines" table
DROP TABLE `po_lines`;
-- reverse: create index "license_status_id" to table: "licenses"
DROP INDEX `license_status_id`;
-- reverse: create index "license_vendor_id" to table: "licenses"
DROP INDEX `license_vendor_id`;
-- reverse: create index "licenses_code_key" to table: "licenses"
DROP INDEX `licenses_code_key`;
-- reverse: create "licenses" table
DROP TABLE `licenses`;
-- reverse: create index "jobpart_provider_file_id" to table: "job_parts"
DROP INDEX `jobpart_provider_file_id`;
-- reverse: create index "jobpart_collection_id" to table: "job_parts"
DROP INDEX `jobpart_collection_id`;
-- reverse: create index "jobpart_profile_id_collection_id" to table: "job_parts"
DROP INDEX `jobpart_profile_id_collection_id`;
-- reverse: create index "jobpart_job_id_profile_id_content" to table: "job_parts"
DROP INDEX `jobpart_job_id_profile_id_content`;
-- reverse: create "job_parts" table
DROP TABLE `job_parts`;
-- reverse: create index "jobfinding_part_id" to table: "job_findings"
DROP INDEX `jobfinding_part_id`;
-- reverse: create index "jobfinding_job_id_column_id" to table: "job_findings"
DROP INDEX `jobfinding_job_id_column_id`;
-- reverse: create index "jobfinding_job_id_code_id" to table: "job_findings"
DROP INDEX `jobfinding_job_id_code_id`;
-- reverse: create index "jobfinding_job_id_severity_code_id" to table: "job_findings"
DROP INDEX `jobfinding_job_id_severity_code_id`;
-- reverse: create index "jobfinding_job_id_id" to table: "job_findings"
DROP INDEX `jobfinding_job_id_id`;
-- reverse: create "job_findings" table
DROP TABLE `job_findings`;
-- reverse: create index "jobchange_portfolio_id_id" to table: "job_changes"
DROP INDEX `jobchange_portfolio_id_id`;
-- reverse: create index "jobchange_part_id_portfolio_id" to table: "job_changes"
DROP INDEX `jobchange_part_id_portfolio_id`;
-- reverse: create index "jobchange_job_id_action_field_id" to table: "job_changes"
DROP INDEX `jobchange_job_id_action_field_id`;
-- reverse: create "job_changes" table
DROP TABLE `job_changes`;
-- reverse: create index "job_waits_for_job_id" to table: "jobs"
DROP INDEX `job_waits_for_job_id`;
-- reverse: create index "job_subject_job_id" to table: "jobs"
DROP INDEX `job_subject_job_id`;
-- reverse: create index "job_kind_id" to table: "jobs"
DROP INDEX `job_kind_id`;
-- reverse: create index "job_state_id" to table: "jobs"
DROP INDEX `job_state_id`;
-- reverse: create index "job_unfinished" to table: "jobs"
DROP INDEX `job_unfinished`;
-- reverse: create index "job_one_unfinished" to table: "jobs"
DROP INDEX `job_one_unfinished`;
-- reverse: create index "jobs_idempotency_key_key" to table: "jobs"
DROP INDEX `jobs_idempotency_key_key`;
-- reverse: create "jobs" table
DROP TABLE `jobs`;
-- reverse: create index "inventory_groups_name_key" to table: "inventory_groups"
DROP INDEX `inventory_groups_name_key`;
-- reverse: create "inventory_groups" table
DROP TABLE `inventory_groups`;
-- reverse: create index "entitlement_profile_id_active" to table: "entitlements"
DROP INDEX `entitlement_profile_id_active`;
-- reverse: create index "entitlement_portfolio_id_profile_id" to table: "entitlements"
DROP INDEX `entitlement_portfolio_id_profile_id`;
-- reverse: create "entitlements" table
DROP TABLE `entitlements`;
-- reverse: create index "coveragestatement_entitlement_id_position" to table: "coverage_statements"
DROP INDEX `coveragestatement_entitlement_id_position`;
-- reverse: create "coverage_statements" table
DROP TABLE `coverage_statements`;
-- reverse: create index "communityzonetitle_title_id" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_title_id`;
-- reverse: create index "communityzonetitle_online_key" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_online_key`;
-- reverse: create index "communityzonetitle_print_key" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_print_key`;
-- reverse: create index "communityzonetitle_community_zone_collection_id_title_key_id" to table: "community_zone_titles"
DROP INDEX `communityzonetitle_community_zone_collection_id_title_key_id`;
-- reverse: create "community_zone_titles" table
DROP TABLE `community_zone_titles`;
-- reverse: create index "communityzonecollection_content" to table: "community_zone_collections"
DROP INDEX `communityzonecollection_content`;
-- reverse: create index "communityzonecollection_name_key_id" to table: "community_zone_collections"
DROP INDEX `communityzonecollection_name_key_id`;
-- reverse: create index "community_zone_collections_cz_id_key" to table: "community_zone_collections"
DROP INDEX `community_zone_collections_cz_id_key`;
-- reverse: create "community_zone_collections" table
DROP TABLE `community_zone_collections`;
-- reverse: create index "collectionsetmember_collection_id" to table: "collection_set_members"
DROP INDEX `collectionsetmember_collection_id`;
-- reverse: create "collection_set_members" table
DROP TABLE `collection_set_members`;
-- reverse: create index "collection_sets_name_key" to table: "collection_sets"
DROP INDEX `collection_sets_name_key`;
-- reverse: create "collection_sets" table
DROP TABLE `collection_sets`;
-- reverse: create index "collection_license_id" to table: "collections"
DROP INDEX `collection_license_id`;
-- reverse: create index "collection_community_zone_collection_id" to table: "collections"
DROP INDEX `collection_community_zone_collection_id`;
-- reverse: create index "collection_name_key_id" to table: "collections"
DROP INDEX `collection_name_key_id`;
-- reverse: create "collections" table
DROP TABLE `collections`;
