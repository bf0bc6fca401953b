-- +goose Up
-- create "collection_sets" table
CREATE TABLE "collection_sets" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "name" text NOT NULL COLLATE "C", "description" text NOT NULL DEFAULT '' COLLATE "C", "version" bigint NOT NULL DEFAULT 1, PRIMARY KEY ("id"));
-- create index "collection_sets_name_key" to table: "collection_sets"
CREATE UNIQUE INDEX "collection_sets_name_key" ON "collection_sets" ("name");
-- create "workers" table
CREATE TABLE "workers" ("id" bigint NOT NULL, "host" text NOT NULL COLLATE "C", "pid" bigint NOT NULL, "version" text NOT NULL DEFAULT '' COLLATE "C", "concurrency" bigint NOT NULL, "started_at" bigint NOT NULL, "seen_at" bigint NOT NULL, PRIMARY KEY ("id"));
-- create "settings" table
CREATE TABLE "settings" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "institution_name" text NOT NULL DEFAULT '' COLLATE "C", "multi_campus_inventory_management" boolean NOT NULL DEFAULT false, "stopped_schedules" jsonb NULL, "id_epoch" bigint NOT NULL DEFAULT 0, "seal_check" bytea NULL, "version" bigint NOT NULL DEFAULT 1, PRIMARY KEY ("id"));
-- create "schedule_slots" table
CREATE TABLE "schedule_slots" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "slot" text NOT NULL COLLATE "C", "job_id" bigint NULL, PRIMARY KEY ("id"));
-- create index "schedule_slots_slot_key" to table: "schedule_slots"
CREATE UNIQUE INDEX "schedule_slots_slot_key" ON "schedule_slots" ("slot");
-- create "community_zone_collections" table
CREATE TABLE "community_zone_collections" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "cz_id" text NOT NULL COLLATE "C", "name" text NOT NULL COLLATE "C", "name_key" text NOT NULL COLLATE "C", "provider" text NOT NULL COLLATE "C", "content" text NOT NULL COLLATE "C", "titles_updated_at" bigint NULL, PRIMARY KEY ("id"));
-- create index "community_zone_collections_cz_id_key" to table: "community_zone_collections"
CREATE UNIQUE INDEX "community_zone_collections_cz_id_key" ON "community_zone_collections" ("cz_id");
-- create index "communityzonecollection_content" to table: "community_zone_collections"
CREATE INDEX "communityzonecollection_content" ON "community_zone_collections" ("content");
-- create index "communityzonecollection_name_key_id" to table: "community_zone_collections"
CREATE INDEX "communityzonecollection_name_key_id" ON "community_zone_collections" ("name_key", "id");
-- create "licenses" table
CREATE TABLE "licenses" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "code" text NOT NULL COLLATE "C", "name" text NOT NULL DEFAULT '' COLLATE "C", "vendor" text NOT NULL DEFAULT '' COLLATE "C", "status" text NOT NULL DEFAULT '' COLLATE "C", "type" text NOT NULL DEFAULT '' COLLATE "C", "starts_on" text NOT NULL DEFAULT '' COLLATE "C", "ends_on" text NOT NULL DEFAULT '' COLLATE "C", "note" text NOT NULL DEFAULT '' COLLATE "C", "version" bigint NOT NULL DEFAULT 1, PRIMARY KEY ("id"));
-- create index "license_status_id" to table: "licenses"
CREATE INDEX "license_status_id" ON "licenses" ("status", "id");
-- create index "license_vendor_id" to table: "licenses"
CREATE INDEX "license_vendor_id" ON "licenses" ("vendor", "id");
-- create index "licenses_code_key" to table: "licenses"
CREATE UNIQUE INDEX "licenses_code_key" ON "licenses" ("code");
-- create "collections" table
CREATE TABLE "collections" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "name" text NOT NULL COLLATE "C", "name_key" text NOT NULL COLLATE "C", "content" text NOT NULL DEFAULT '' COLLATE "C", "active" boolean NOT NULL DEFAULT true, "available" boolean NOT NULL DEFAULT true, "auto_activate_new_portfolios" boolean NOT NULL DEFAULT false, "activation_type" text NOT NULL DEFAULT 'MANUAL' COLLATE "C", "writer_job_id" bigint NULL, "version" bigint NOT NULL DEFAULT 1, "community_zone_collection_id" bigint NULL, "license_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "collections_community_zone_collections_collections" FOREIGN KEY ("community_zone_collection_id") REFERENCES "community_zone_collections" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "collections_licenses_collections" FOREIGN KEY ("license_id") REFERENCES "licenses" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "collection_community_zone_collection_id" to table: "collections"
CREATE UNIQUE INDEX "collection_community_zone_collection_id" ON "collections" ("community_zone_collection_id");
-- create index "collection_license_id" to table: "collections"
CREATE INDEX "collection_license_id" ON "collections" ("license_id");
-- create index "collection_name_key_id" to table: "collections"
CREATE INDEX "collection_name_key_id" ON "collections" ("name_key", "id");
-- create "collection_set_members" table
CREATE TABLE "collection_set_members" ("collection_set_id" bigint NOT NULL, "collection_id" bigint NOT NULL, PRIMARY KEY ("collection_set_id", "collection_id"), CONSTRAINT "collection_set_members_collection_sets_collection_set" FOREIGN KEY ("collection_set_id") REFERENCES "collection_sets" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "collection_set_members_collections_collection" FOREIGN KEY ("collection_id") REFERENCES "collections" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "collectionsetmember_collection_id" to table: "collection_set_members"
CREATE INDEX "collectionsetmember_collection_id" ON "collection_set_members" ("collection_id");
-- create "community_zone_titles" table
CREATE TABLE "community_zone_titles" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "coverage" text NOT NULL DEFAULT '' COLLATE "C", "coverage_hash" bigint NOT NULL DEFAULT 0, "removed_at" bigint NULL, "added_by_job_id" bigint NULL, "publication_title" text NOT NULL COLLATE "C", "print_identifier" text NOT NULL DEFAULT '' COLLATE "C", "online_identifier" text NOT NULL DEFAULT '' COLLATE "C", "title_url" text NOT NULL DEFAULT '' COLLATE "C", "first_author" text NOT NULL DEFAULT '' COLLATE "C", "title_id" text NOT NULL DEFAULT '' COLLATE "C", "coverage_depth" text NOT NULL DEFAULT '' COLLATE "C", "notes" text NOT NULL DEFAULT '' COLLATE "C", "publisher_name" text NOT NULL DEFAULT '' COLLATE "C", "publication_type" text NOT NULL DEFAULT '' COLLATE "C", "date_monograph_published_print" text NOT NULL DEFAULT '' COLLATE "C", "date_monograph_published_online" text NOT NULL DEFAULT '' COLLATE "C", "monograph_volume" text NOT NULL DEFAULT '' COLLATE "C", "monograph_edition" text NOT NULL DEFAULT '' COLLATE "C", "first_editor" text NOT NULL DEFAULT '' COLLATE "C", "parent_publication_title_id" text NOT NULL DEFAULT '' COLLATE "C", "preceding_publication_title_id" text NOT NULL DEFAULT '' COLLATE "C", "access_type" text NOT NULL DEFAULT '' COLLATE "C", "title_key" text NOT NULL COLLATE "C", "print_key" text NOT NULL DEFAULT '' COLLATE "C", "online_key" text NOT NULL DEFAULT '' COLLATE "C", "more_keys" text NOT NULL DEFAULT '' COLLATE "C", "values_hash" bigint NOT NULL, "community_zone_collection_id" bigint NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "community_zone_titles_community_zone_collections_titles" FOREIGN KEY ("community_zone_collection_id") REFERENCES "community_zone_collections" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "communityzonetitle_community_zone_collection_id_title_key_id" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_community_zone_collection_id_title_key_id" ON "community_zone_titles" ("community_zone_collection_id", "title_key", "id");
-- create index "communityzonetitle_online_key" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_online_key" ON "community_zone_titles" ("online_key");
-- create index "communityzonetitle_print_key" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_print_key" ON "community_zone_titles" ("print_key");
-- create index "communityzonetitle_title_id" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_title_id" ON "community_zone_titles" ("title_id");
-- create index "communityzonetitle_title_key_id" to table: "community_zone_titles"
CREATE INDEX "communityzonetitle_title_key_id" ON "community_zone_titles" ("title_key", "id");
-- create "portfolios" table
CREATE TABLE "portfolios" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "available" boolean NOT NULL, "listed" boolean NOT NULL, "removed_at" bigint NULL, "review" text NOT NULL DEFAULT '' COLLATE "C", "locked_fields" text NOT NULL DEFAULT '' COLLATE "C", "publication_title" text NOT NULL COLLATE "C", "print_identifier" text NOT NULL DEFAULT '' COLLATE "C", "online_identifier" text NOT NULL DEFAULT '' COLLATE "C", "title_url" text NOT NULL DEFAULT '' COLLATE "C", "first_author" text NOT NULL DEFAULT '' COLLATE "C", "title_id" text NOT NULL DEFAULT '' COLLATE "C", "coverage_depth" text NOT NULL DEFAULT '' COLLATE "C", "notes" text NOT NULL DEFAULT '' COLLATE "C", "publisher_name" text NOT NULL DEFAULT '' COLLATE "C", "publication_type" text NOT NULL DEFAULT '' COLLATE "C", "date_monograph_published_print" text NOT NULL DEFAULT '' COLLATE "C", "date_monograph_published_online" text NOT NULL DEFAULT '' COLLATE "C", "monograph_volume" text NOT NULL DEFAULT '' COLLATE "C", "monograph_edition" text NOT NULL DEFAULT '' COLLATE "C", "first_editor" text NOT NULL DEFAULT '' COLLATE "C", "parent_publication_title_id" text NOT NULL DEFAULT '' COLLATE "C", "preceding_publication_title_id" text NOT NULL DEFAULT '' COLLATE "C", "access_type" text NOT NULL DEFAULT '' COLLATE "C", "title_key" text NOT NULL COLLATE "C", "print_key" text NOT NULL DEFAULT '' COLLATE "C", "online_key" text NOT NULL DEFAULT '' COLLATE "C", "more_keys" text NOT NULL DEFAULT '' COLLATE "C", "values_hash" bigint NOT NULL, "collection_id" bigint NOT NULL, "license_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "portfolios_collections_portfolios" FOREIGN KEY ("collection_id") REFERENCES "collections" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT, CONSTRAINT "portfolios_licenses_portfolios" FOREIGN KEY ("license_id") REFERENCES "licenses" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "portfolio_collection_id_title_key_id" to table: "portfolios"
CREATE INDEX "portfolio_collection_id_title_key_id" ON "portfolios" ("collection_id", "title_key", "id");
-- create index "portfolio_license_id" to table: "portfolios"
CREATE INDEX "portfolio_license_id" ON "portfolios" ("license_id") WHERE (license_id IS NOT NULL);
-- create index "portfolio_online_key" to table: "portfolios"
CREATE INDEX "portfolio_online_key" ON "portfolios" ("online_key");
-- create index "portfolio_print_key" to table: "portfolios"
CREATE INDEX "portfolio_print_key" ON "portfolios" ("print_key");
-- create index "portfolio_removed" to table: "portfolios"
CREATE INDEX "portfolio_removed" ON "portfolios" ("collection_id", "removed_at", "id") WHERE (removed_at IS NOT NULL);
-- create index "portfolio_review" to table: "portfolios"
CREATE INDEX "portfolio_review" ON "portfolios" ("collection_id", "title_key", "id") WHERE (review <> ''::text);
-- create index "portfolio_title_id" to table: "portfolios"
CREATE INDEX "portfolio_title_id" ON "portfolios" ("title_id");
-- create index "portfolio_title_key_id" to table: "portfolios"
CREATE INDEX "portfolio_title_key_id" ON "portfolios" ("title_key", "id");
-- create index "portfolio_unavailable" to table: "portfolios"
CREATE INDEX "portfolio_unavailable" ON "portfolios" ("collection_id", "title_key", "id") WHERE ((NOT available) AND (removed_at IS NULL));
-- create index "portfolio_unlisted" to table: "portfolios"
CREATE INDEX "portfolio_unlisted" ON "portfolios" ("collection_id", "title_key", "id") WHERE ((NOT listed) AND (removed_at IS NULL));
-- create "profiles" table
CREATE TABLE "profiles" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "type" text NOT NULL DEFAULT 'UPLOAD_ELECTRONIC_HOLDINGS' COLLATE "C", "provider" text NOT NULL DEFAULT 'OXFORD_UNIVERSITY_PRESS' COLLATE "C", "description" text NOT NULL DEFAULT '' COLLATE "C", "active" boolean NOT NULL DEFAULT false, "customer_number" text NOT NULL COLLATE "C", "api_key_sealed" bytea NOT NULL, "api_key_fingerprint" text NOT NULL COLLATE "C", "api_key_set_at" bigint NOT NULL, "file_format" text NOT NULL DEFAULT 'KBART' COLLATE "C", "schedule_frequency" text NOT NULL DEFAULT 'WEEKLY' COLLATE "C", "schedule_weekday" bigint NOT NULL DEFAULT 1, "schedule_day_of_month" bigint NOT NULL DEFAULT 1, "schedule_time" text NOT NULL DEFAULT '03:00' COLLATE "C", "schedule_timezone" text NOT NULL DEFAULT 'UTC' COLLATE "C", "schedule_since" bigint NULL, "guard_percent" bigint NOT NULL DEFAULT 10, "guard_titles" bigint NOT NULL DEFAULT 20, "guards" jsonb NULL, "community_zone_only" boolean NOT NULL DEFAULT false, "version" bigint NOT NULL DEFAULT 1, PRIMARY KEY ("id"));
-- create index "profile_active_id" to table: "profiles"
CREATE INDEX "profile_active_id" ON "profiles" ("active", "id");
-- create "entitlements" table
CREATE TABLE "entitlements" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "active" boolean NOT NULL, "waiting" text NOT NULL DEFAULT '' COLLATE "C", "waiting_since" text NOT NULL DEFAULT '' COLLATE "C", "ended_at" bigint NULL, "given_back" boolean NOT NULL DEFAULT false, "own_values" text NOT NULL DEFAULT '' COLLATE "C", "own_hash" bigint NULL, "coverage_hash" bigint NOT NULL, "portfolio_id" bigint NOT NULL, "profile_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "entitlements_portfolios_entitlements" FOREIGN KEY ("portfolio_id") REFERENCES "portfolios" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "entitlements_profiles_entitlements" FOREIGN KEY ("profile_id") REFERENCES "profiles" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "entitlement_of_no_profile" to table: "entitlements"
CREATE UNIQUE INDEX "entitlement_of_no_profile" ON "entitlements" ("portfolio_id") WHERE (profile_id IS NULL);
-- create index "entitlement_portfolio_id_profile_id" to table: "entitlements"
CREATE UNIQUE INDEX "entitlement_portfolio_id_profile_id" ON "entitlements" ("portfolio_id", "profile_id");
-- create index "entitlement_profile_id_active" to table: "entitlements"
CREATE INDEX "entitlement_profile_id_active" ON "entitlements" ("profile_id", "active");
-- create index "entitlement_waiting" to table: "entitlements"
CREATE INDEX "entitlement_waiting" ON "entitlements" ("portfolio_id") WHERE (waiting <> ''::text);
-- create "coverage_statements" table
CREATE TABLE "coverage_statements" ("id" bigint NOT NULL, "position" bigint NOT NULL, "date_first_issue_online" text NOT NULL DEFAULT '' COLLATE "C", "num_first_vol_online" text NOT NULL DEFAULT '' COLLATE "C", "num_first_issue_online" text NOT NULL DEFAULT '' COLLATE "C", "date_last_issue_online" text NOT NULL DEFAULT '' COLLATE "C", "num_last_vol_online" text NOT NULL DEFAULT '' COLLATE "C", "num_last_issue_online" text NOT NULL DEFAULT '' COLLATE "C", "embargo_info" text NOT NULL DEFAULT '' COLLATE "C", "title_url" text NULL COLLATE "C", "notes" text NULL COLLATE "C", "coverage_depth" text NULL COLLATE "C", "kind" text NOT NULL DEFAULT '' COLLATE "C", "entitlement_id" bigint NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "coverage_statements_entitlements_coverage" FOREIGN KEY ("entitlement_id") REFERENCES "entitlements" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "coveragestatement_entitlement_id_position" to table: "coverage_statements"
CREATE UNIQUE INDEX "coveragestatement_entitlement_id_position" ON "coverage_statements" ("entitlement_id", "position");
-- create "jobs" table
CREATE TABLE "jobs" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "kind" text NOT NULL COLLATE "C", "state" text NOT NULL COLLATE "C", "verdict" text NOT NULL DEFAULT '' COLLATE "C", "mode" text NOT NULL COLLATE "C", "trigger" text NOT NULL COLLATE "C", "args" jsonb NOT NULL, "unique_key" text NULL COLLATE "C", "idempotency_key" text NULL COLLATE "C", "idempotency_hash" text NOT NULL DEFAULT '' COLLATE "C", "phase" text NOT NULL DEFAULT '' COLLATE "C", "done" bigint NOT NULL DEFAULT 0, "total" bigint NOT NULL DEFAULT 0, "applied" boolean NOT NULL DEFAULT false, "counts" jsonb NULL, "summary" text NOT NULL DEFAULT '' COLLATE "C", "error_code" text NOT NULL DEFAULT '' COLLATE "C", "error_message" text NOT NULL DEFAULT '' COLLATE "C", "error_hint" text NOT NULL DEFAULT '' COLLATE "C", "run_token" text NOT NULL DEFAULT '' COLLATE "C", "attempt" bigint NOT NULL DEFAULT 0, "due_at" bigint NOT NULL, "dispatched_at" bigint NULL, "heartbeat_at" bigint NULL, "waits_for_job_id" bigint NULL, "started_at" bigint NULL, "finished_at" bigint NULL, "subject_job_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "jobs_jobs_dependents" FOREIGN KEY ("subject_job_id") REFERENCES "jobs" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "job_created_at_id" to table: "jobs"
CREATE INDEX "job_created_at_id" ON "jobs" ("created_at", "id");
-- create index "job_kind_created_at_id" to table: "jobs"
CREATE INDEX "job_kind_created_at_id" ON "jobs" ("kind", "created_at", "id");
-- create index "job_one_unfinished" to table: "jobs"
CREATE UNIQUE INDEX "job_one_unfinished" ON "jobs" ("unique_key") WHERE (state = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text, 'CANCELLING'::text]));
-- create index "job_state_created_at_id" to table: "jobs"
CREATE INDEX "job_state_created_at_id" ON "jobs" ("state", "created_at", "id");
-- create index "job_subject_job_id" to table: "jobs"
CREATE INDEX "job_subject_job_id" ON "jobs" ("subject_job_id");
-- create index "job_unfinished" to table: "jobs"
CREATE INDEX "job_unfinished" ON "jobs" ("state", "due_at") WHERE (state = ANY (ARRAY['QUEUED'::text, 'RUNNING'::text, 'CANCELLING'::text]));
-- create index "job_waits_for_job_id" to table: "jobs"
CREATE INDEX "job_waits_for_job_id" ON "jobs" ("waits_for_job_id") WHERE (waits_for_job_id IS NOT NULL);
-- create index "jobs_idempotency_key_key" to table: "jobs"
CREATE UNIQUE INDEX "jobs_idempotency_key_key" ON "jobs" ("idempotency_key");
-- create "provider_files" table
CREATE TABLE "provider_files" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "source" text NULL COLLATE "C", "content" text NOT NULL COLLATE "C", "name" text NOT NULL COLLATE "C", "path" text NOT NULL COLLATE "C", "sha256" text NOT NULL COLLATE "C", "size" bigint NOT NULL, "stored_size" bigint NOT NULL, "etag" text NOT NULL DEFAULT '' COLLATE "C", "last_modified" text NOT NULL DEFAULT '' COLLATE "C", "date" text NOT NULL DEFAULT '' COLLATE "C", "fetched_at" bigint NOT NULL, "customer_number" text NOT NULL DEFAULT '' COLLATE "C", "columns" jsonb NULL, "applied_at" bigint NULL, "outcome" text NOT NULL DEFAULT '' COLLATE "C", "profile_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "provider_files_profiles_files" FOREIGN KEY ("profile_id") REFERENCES "profiles" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "providerfile_content_applied_at" to table: "provider_files"
CREATE INDEX "providerfile_content_applied_at" ON "provider_files" ("content", "applied_at");
-- create index "providerfile_created_at_id" to table: "provider_files"
CREATE INDEX "providerfile_created_at_id" ON "provider_files" ("created_at", "id");
-- create index "providerfile_profile_id_content_applied_at" to table: "provider_files"
CREATE INDEX "providerfile_profile_id_content_applied_at" ON "provider_files" ("profile_id", "content", "applied_at");
-- create index "providerfile_profile_id_content_sha256" to table: "provider_files"
CREATE UNIQUE INDEX "providerfile_profile_id_content_sha256" ON "provider_files" ("profile_id", "content", "sha256");
-- create "job_parts" table
CREATE TABLE "job_parts" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "content" text NOT NULL COLLATE "C", "state" text NOT NULL COLLATE "C", "counts" jsonb NULL, "code" text NOT NULL DEFAULT '' COLLATE "C", "message" text NOT NULL DEFAULT '' COLLATE "C", "hint" text NOT NULL DEFAULT '' COLLATE "C", "groups" jsonb NULL, "profile_name" text NOT NULL DEFAULT '' COLLATE "C", "collection_name" text NOT NULL DEFAULT '' COLLATE "C", "plan_hash" text NOT NULL DEFAULT '' COLLATE "C", "guards" jsonb NULL, "would_be" text NOT NULL DEFAULT '' COLLATE "C", "kinds" text NOT NULL DEFAULT '' COLLATE "C", "written_at" bigint NULL, "collection_id" bigint NULL, "job_id" bigint NOT NULL, "profile_id" bigint NULL, "provider_file_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "job_parts_collections_job_parts" FOREIGN KEY ("collection_id") REFERENCES "collections" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "job_parts_jobs_parts" FOREIGN KEY ("job_id") REFERENCES "jobs" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "job_parts_profiles_job_parts" FOREIGN KEY ("profile_id") REFERENCES "profiles" ("id") ON UPDATE NO ACTION ON DELETE SET NULL, CONSTRAINT "job_parts_provider_files_job_parts" FOREIGN KEY ("provider_file_id") REFERENCES "provider_files" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "jobpart_collection_id" to table: "job_parts"
CREATE INDEX "jobpart_collection_id" ON "job_parts" ("collection_id");
-- create index "jobpart_job_id_profile_id_content" to table: "job_parts"
CREATE UNIQUE INDEX "jobpart_job_id_profile_id_content" ON "job_parts" ("job_id", "profile_id", "content");
-- create index "jobpart_profile_id_collection_id" to table: "job_parts"
CREATE INDEX "jobpart_profile_id_collection_id" ON "job_parts" ("profile_id", "collection_id");
-- create index "jobpart_provider_file_id" to table: "job_parts"
CREATE INDEX "jobpart_provider_file_id" ON "job_parts" ("provider_file_id");
-- create "job_changes" table
CREATE TABLE "job_changes" ("id" bigint NOT NULL, "action" text NOT NULL COLLATE "C", "field" text NOT NULL DEFAULT '' COLLATE "C", "title" text NOT NULL COLLATE "C", "title_id" text NOT NULL DEFAULT '' COLLATE "C", "print_identifier" text NOT NULL DEFAULT '' COLLATE "C", "online_identifier" text NOT NULL DEFAULT '' COLLATE "C", "value_kind" text NOT NULL DEFAULT '' COLLATE "C", "old_value" text NOT NULL DEFAULT '' COLLATE "C", "new_value" text NOT NULL DEFAULT '' COLLATE "C", "line" bigint NOT NULL DEFAULT 0, "job_id" bigint NOT NULL, "part_id" bigint NOT NULL, "portfolio_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "job_changes_job_parts_changes" FOREIGN KEY ("part_id") REFERENCES "job_parts" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "job_changes_jobs_changes" FOREIGN KEY ("job_id") REFERENCES "jobs" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "job_changes_portfolios_changes" FOREIGN KEY ("portfolio_id") REFERENCES "portfolios" ("id") ON UPDATE NO ACTION ON DELETE SET NULL);
-- create index "jobchange_job_id_action_field_id" to table: "job_changes"
CREATE INDEX "jobchange_job_id_action_field_id" ON "job_changes" ("job_id", "action", "field", "id");
-- create index "jobchange_part_id_portfolio_id" to table: "job_changes"
CREATE INDEX "jobchange_part_id_portfolio_id" ON "job_changes" ("part_id", "portfolio_id");
-- create index "jobchange_portfolio_id_id" to table: "job_changes"
CREATE INDEX "jobchange_portfolio_id_id" ON "job_changes" ("portfolio_id", "id");
-- create "job_findings" table
CREATE TABLE "job_findings" ("id" bigint NOT NULL, "severity" bigint NOT NULL, "code" text NOT NULL COLLATE "C", "line" bigint NOT NULL, "title" text NOT NULL DEFAULT '' COLLATE "C", "column" text NOT NULL COLLATE "C", "value" text NOT NULL COLLATE "C", "message" text NOT NULL COLLATE "C", "hint" text NOT NULL COLLATE "C", "job_id" bigint NOT NULL, "part_id" bigint NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "job_findings_job_parts_findings" FOREIGN KEY ("part_id") REFERENCES "job_parts" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "job_findings_jobs_findings" FOREIGN KEY ("job_id") REFERENCES "jobs" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "jobfinding_job_id_code_id" to table: "job_findings"
CREATE INDEX "jobfinding_job_id_code_id" ON "job_findings" ("job_id", "code", "id");
-- create index "jobfinding_job_id_column_id" to table: "job_findings"
CREATE INDEX "jobfinding_job_id_column_id" ON "job_findings" ("job_id", "column", "id");
-- create index "jobfinding_job_id_id" to table: "job_findings"
CREATE INDEX "jobfinding_job_id_id" ON "job_findings" ("job_id", "id");
-- create index "jobfinding_job_id_severity_code_id" to table: "job_findings"
CREATE INDEX "jobfinding_job_id_severity_code_id" ON "job_findings" ("job_id", "severity", "code", "id");
-- create index "jobfinding_part_id" to table: "job_findings"
CREATE INDEX "jobfinding_part_id" ON "job_findings" ("part_id");
-- create "kept_files" table
CREATE TABLE "kept_files" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "name" text NULL COLLATE "C", "size" bigint NOT NULL, "stored_size" bigint NOT NULL, PRIMARY KEY ("id"));
-- create index "kept_files_name_key" to table: "kept_files"
CREATE UNIQUE INDEX "kept_files_name_key" ON "kept_files" ("name");
-- create "kept_file_chunks" table
CREATE TABLE "kept_file_chunks" ("id" bigint NOT NULL, "seq" bigint NOT NULL, "data" bytea NOT NULL, "kept_file_id" bigint NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "kept_file_chunks_kept_files_chunks" FOREIGN KEY ("kept_file_id") REFERENCES "kept_files" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "keptfilechunk_kept_file_id_seq" to table: "kept_file_chunks"
CREATE UNIQUE INDEX "keptfilechunk_kept_file_id_seq" ON "kept_file_chunks" ("kept_file_id", "seq");
-- create "list_decisions" table
CREATE TABLE "list_decisions" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "kind" text NOT NULL COLLATE "C", "decision" text NOT NULL COLLATE "C", "reason" text NOT NULL DEFAULT '' COLLATE "C", "job_id" bigint NOT NULL, "collection_id" bigint NOT NULL, "provider_file_id" bigint NOT NULL, PRIMARY KEY ("id"), CONSTRAINT "list_decisions_collections_list_decisions" FOREIGN KEY ("collection_id") REFERENCES "collections" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "list_decisions_provider_files_decisions" FOREIGN KEY ("provider_file_id") REFERENCES "provider_files" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "listdecision_collection_id" to table: "list_decisions"
CREATE INDEX "listdecision_collection_id" ON "list_decisions" ("collection_id");
-- create index "listdecision_provider_file_id_collection_id_kind" to table: "list_decisions"
CREATE UNIQUE INDEX "listdecision_provider_file_id_collection_id_kind" ON "list_decisions" ("provider_file_id", "collection_id", "kind");
-- create "po_lines" table
CREATE TABLE "po_lines" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "number" text NOT NULL COLLATE "C", "vendor" text NOT NULL DEFAULT '' COLLATE "C", "status" text NOT NULL DEFAULT '' COLLATE "C", "type" text NOT NULL DEFAULT '' COLLATE "C", "ordered_on" text NOT NULL DEFAULT '' COLLATE "C", "renews_on" text NOT NULL DEFAULT '' COLLATE "C", "note" text NOT NULL DEFAULT '' COLLATE "C", "main" boolean NOT NULL DEFAULT true, "version" bigint NOT NULL DEFAULT 1, "portfolio_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "po_lines_portfolios_po_lines" FOREIGN KEY ("portfolio_id") REFERENCES "portfolios" ("id") ON UPDATE NO ACTION ON DELETE RESTRICT);
-- create index "po_line_one_main" to table: "po_lines"
CREATE UNIQUE INDEX "po_line_one_main" ON "po_lines" ("portfolio_id") WHERE (main AND (portfolio_id IS NOT NULL));
-- create index "po_lines_number_key" to table: "po_lines"
CREATE UNIQUE INDEX "po_lines_number_key" ON "po_lines" ("number");
-- create index "poline_portfolio_id_main" to table: "po_lines"
CREATE INDEX "poline_portfolio_id_main" ON "po_lines" ("portfolio_id", "main");
-- create index "poline_status_id" to table: "po_lines"
CREATE INDEX "poline_status_id" ON "po_lines" ("status", "id");
-- create index "poline_vendor_id" to table: "po_lines"
CREATE INDEX "poline_vendor_id" ON "po_lines" ("vendor", "id");
-- create "inventory_groups" table
CREATE TABLE "inventory_groups" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "name" text NOT NULL COLLATE "C", "description" text NOT NULL DEFAULT '' COLLATE "C", "version" bigint NOT NULL DEFAULT 1, PRIMARY KEY ("id"));
-- create index "inventory_groups_name_key" to table: "inventory_groups"
CREATE UNIQUE INDEX "inventory_groups_name_key" ON "inventory_groups" ("name");
-- create "profile_groups" table
CREATE TABLE "profile_groups" ("profile_id" bigint NOT NULL, "inventory_group_id" bigint NOT NULL, PRIMARY KEY ("profile_id", "inventory_group_id"), CONSTRAINT "profile_groups_inventory_groups_group" FOREIGN KEY ("inventory_group_id") REFERENCES "inventory_groups" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "profile_groups_profiles_profile" FOREIGN KEY ("profile_id") REFERENCES "profiles" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "profilegroup_inventory_group_id" to table: "profile_groups"
CREATE INDEX "profilegroup_inventory_group_id" ON "profile_groups" ("inventory_group_id");
-- create "refused_rows" table
CREATE TABLE "refused_rows" ("id" bigint NOT NULL, "created_at" bigint NOT NULL, "updated_at" bigint NOT NULL, "row_hash" bigint NOT NULL, "row" text NOT NULL COLLATE "C", "collection_id" bigint NOT NULL, "portfolio_id" bigint NULL, PRIMARY KEY ("id"), CONSTRAINT "refused_rows_collections_refused_rows" FOREIGN KEY ("collection_id") REFERENCES "collections" ("id") ON UPDATE NO ACTION ON DELETE CASCADE, CONSTRAINT "refused_rows_portfolios_refused_rows" FOREIGN KEY ("portfolio_id") REFERENCES "portfolios" ("id") ON UPDATE NO ACTION ON DELETE CASCADE);
-- create index "refusedrow_collection_id_row_hash" to table: "refused_rows"
CREATE UNIQUE INDEX "refusedrow_collection_id_row_hash" ON "refused_rows" ("collection_id", "row_hash");
-- create index "refusedrow_portfolio_id" to table: "refused_rows"
CREATE INDEX "refusedrow_portfolio_id" ON "refused_rows" ("portfolio_id") WHERE (portfolio_id IS NOT NULL);

-- +goose Down
-- reverse: create index "refusedrow_portfolio_id" to table: "refused_rows"
DROP INDEX "refusedrow_portfolio_id";
-- reverse: create index "refusedrow_collection_id_row_hash" to table: "refused_rows"
DROP INDEX "refusedrow_collection_id_row_hash";
-- reverse: create "refused_rows" table
DROP TABLE "refused_rows";
-- reverse: create index "profilegroup_inventory_group_id" to table: "profile_groups"
DROP INDEX "profilegroup_inventory_group_id";
-- reverse: create "profile_groups" table
DROP TABLE "profile_groups";
-- reverse: create index "inventory_groups_name_key" to table: "inventory_groups"
DROP INDEX "inventory_groups_name_key";
-- reverse: create "inventory_groups" table
DROP TABLE "inventory_groups";
-- reverse: create index "poline_vendor_id" to table: "po_lines"
DROP INDEX "poline_vendor_id";
-- reverse: create index "poline_status_id" to table: "po_lines"
DROP INDEX "poline_status_id";
-- reverse: create index "poline_portfolio_id_main" to table: "po_lines"
DROP INDEX "poline_portfolio_id_main";
-- reverse: create index "po_lines_number_key" to table: "po_lines"
DROP INDEX "po_lines_number_key";
-- reverse: create index "po_line_one_main" to table: "po_lines"
DROP INDEX "po_line_one_main";
-- reverse: create "po_lines" table
DROP TABLE "po_lines";
-- reverse: create index "listdecision_provider_file_id_collection_id_kind" to table: "list_decisions"
DROP INDEX "listdecision_provider_file_id_collection_id_kind";
-- reverse: create index "listdecision_collection_id" to table: "list_decisions"
DROP INDEX "listdecision_collection_id";
-- reverse: create "list_decisions" table
DROP TABLE "list_decisions";
-- reverse: create index "keptfilechunk_kept_file_id_seq" to table: "kept_file_chunks"
DROP INDEX "keptfilechunk_kept_file_id_seq";
-- reverse: create "kept_file_chunks" table
DROP TABLE "kept_file_chunks";
-- reverse: create index "kept_files_name_key" to table: "kept_files"
DROP INDEX "kept_files_name_key";
-- reverse: create "kept_files" table
DROP TABLE "kept_files";
-- reverse: create index "jobfinding_part_id" to table: "job_findings"
DROP INDEX "jobfinding_part_id";
-- reverse: create index "jobfinding_job_id_severity_code_id" to table: "job_findings"
DROP INDEX "jobfinding_job_id_severity_code_id";
-- reverse: create index "jobfinding_job_id_id" to table: "job_findings"
DROP INDEX "jobfinding_job_id_id";
-- reverse: create index "jobfinding_job_id_column_id" to table: "job_findings"
DROP INDEX "jobfinding_job_id_column_id";
-- reverse: create index "jobfinding_job_id_code_id" to table: "job_findings"
DROP INDEX "jobfinding_job_id_code_id";
-- reverse: create "job_findings" table
DROP TABLE "job_findings";
-- reverse: create index "jobchange_portfolio_id_id" to table: "job_changes"
DROP INDEX "jobchange_portfolio_id_id";
-- reverse: create index "jobchange_part_id_portfolio_id" to table: "job_changes"
DROP INDEX "jobchange_part_id_portfolio_id";
-- reverse: create index "jobchange_job_id_action_field_id" to table: "job_changes"
DROP INDEX "jobchange_job_id_action_field_id";
-- reverse: create "job_changes" table
DROP TABLE "job_changes";
-- reverse: create index "jobpart_provider_file_id" to table: "job_parts"
DROP INDEX "jobpart_provider_file_id";
-- reverse: create index "jobpart_profile_id_collection_id" to table: "job_parts"
DROP INDEX "jobpart_profile_id_collection_id";
-- reverse: create index "jobpart_job_id_profile_id_content" to table: "job_parts"
DROP INDEX "jobpart_job_id_profile_id_content";
-- reverse: create index "jobpart_collection_id" to table: "job_parts"
DROP INDEX "jobpart_collection_id";
-- reverse: create "job_parts" table
DROP TABLE "job_parts";
-- reverse: create index "providerfile_profile_id_content_sha256" to table: "provider_files"
DROP INDEX "providerfile_profile_id_content_sha256";
-- reverse: create index "providerfile_profile_id_content_applied_at" to table: "provider_files"
DROP INDEX "providerfile_profile_id_content_applied_at";
-- reverse: create index "providerfile_created_at_id" to table: "provider_files"
DROP INDEX "providerfile_created_at_id";
-- reverse: create index "providerfile_content_applied_at" to table: "provider_files"
DROP INDEX "providerfile_content_applied_at";
-- reverse: create "provider_files" table
DROP TABLE "provider_files";
-- reverse: create index "jobs_idempotency_key_key" to table: "jobs"
DROP INDEX "jobs_idempotency_key_key";
-- reverse: create index "job_waits_for_job_id" to table: "jobs"
DROP INDEX "job_waits_for_job_id";
-- reverse: create index "job_unfinished" to table: "jobs"
DROP INDEX "job_unfinished";
-- reverse: create index "job_subject_job_id" to table: "jobs"
DROP INDEX "job_subject_job_id";
-- reverse: create index "job_state_created_at_id" to table: "jobs"
DROP INDEX "job_state_created_at_id";
-- reverse: create index "job_one_unfinished" to table: "jobs"
DROP INDEX "job_one_unfinished";
-- reverse: create index "job_kind_created_at_id" to table: "jobs"
DROP INDEX "job_kind_created_at_id";
-- reverse: create index "job_created_at_id" to table: "jobs"
DROP INDEX "job_created_at_id";
-- reverse: create "jobs" table
DROP TABLE "jobs";
-- reverse: create index "coveragestatement_entitlement_id_position" to table: "coverage_statements"
DROP INDEX "coveragestatement_entitlement_id_position";
-- reverse: create "coverage_statements" table
DROP TABLE "coverage_statements";
-- reverse: create index "entitlement_waiting" to table: "entitlements"
DROP INDEX "entitlement_waiting";
-- reverse: create index "entitlement_profile_id_active" to table: "entitlements"
DROP INDEX "entitlement_profile_id_active";
-- reverse: create index "entitlement_portfolio_id_profile_id" to table: "entitlements"
DROP INDEX "entitlement_portfolio_id_profile_id";
-- reverse: create index "entitlement_of_no_profile" to table: "entitlements"
DROP INDEX "entitlement_of_no_profile";
-- reverse: create "entitlements" table
DROP TABLE "entitlements";
-- reverse: create index "profile_active_id" to table: "profiles"
DROP INDEX "profile_active_id";
-- reverse: create "profiles" table
DROP TABLE "profiles";
-- reverse: create index "portfolio_unlisted" to table: "portfolios"
DROP INDEX "portfolio_unlisted";
-- reverse: create index "portfolio_unavailable" to table: "portfolios"
DROP INDEX "portfolio_unavailable";
-- reverse: create index "portfolio_title_key_id" to table: "portfolios"
DROP INDEX "portfolio_title_key_id";
-- reverse: create index "portfolio_title_id" to table: "portfolios"
DROP INDEX "portfolio_title_id";
-- reverse: create index "portfolio_review" to table: "portfolios"
DROP INDEX "portfolio_review";
-- reverse: create index "portfolio_removed" to table: "portfolios"
DROP INDEX "portfolio_removed";
-- reverse: create index "portfolio_print_key" to table: "portfolios"
DROP INDEX "portfolio_print_key";
-- reverse: create index "portfolio_online_key" to table: "portfolios"
DROP INDEX "portfolio_online_key";
-- reverse: create index "portfolio_license_id" to table: "portfolios"
DROP INDEX "portfolio_license_id";
-- reverse: create index "portfolio_collection_id_title_key_id" to table: "portfolios"
DROP INDEX "portfolio_collection_id_title_key_id";
-- reverse: create "portfolios" table
DROP TABLE "portfolios";
-- reverse: create index "communityzonetitle_title_key_id" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_title_key_id";
-- reverse: create index "communityzonetitle_title_id" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_title_id";
-- reverse: create index "communityzonetitle_print_key" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_print_key";
-- reverse: create index "communityzonetitle_online_key" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_online_key";
-- reverse: create index "communityzonetitle_community_zone_collection_id_title_key_id" to table: "community_zone_titles"
DROP INDEX "communityzonetitle_community_zone_collection_id_title_key_id";
-- reverse: create "community_zone_titles" table
DROP TABLE "community_zone_titles";
-- reverse: create index "collectionsetmember_collection_id" to table: "collection_set_members"
DROP INDEX "collectionsetmember_collection_id";
-- reverse: create "collection_set_members" table
DROP TABLE "collection_set_members";
-- reverse: create index "collection_name_key_id" to table: "collections"
DROP INDEX "collection_name_key_id";
-- reverse: create index "collection_license_id" to table: "collections"
DROP INDEX "collection_license_id";
-- reverse: create index "collection_community_zone_collection_id" to table: "collections"
DROP INDEX "collection_community_zone_collection_id";
-- reverse: create "collections" table
DROP TABLE "collections";
-- reverse: create index "licenses_code_key" to table: "licenses"
DROP INDEX "licenses_code_key";
-- reverse: create index "license_vendor_id" to table: "licenses"
DROP INDEX "license_vendor_id";
-- reverse: create index "license_status_id" to table: "licenses"
DROP INDEX "license_status_id";
-- reverse: create "licenses" table
DROP TABLE "licenses";
-- reverse: create index "communityzonecollection_name_key_id" to table: "community_zone_collections"
DROP INDEX "communityzonecollection_name_key_id";
-- reverse: create index "communityzonecollection_content" to table: "community_zone_collections"
DROP INDEX "communityzonecollection_content";
-- reverse: create index "community_zone_collections_cz_id_key" to table: "community_zone_collections"
DROP INDEX "community_zone_collections_cz_id_key";
-- reverse: create "community_zone_collections" table
DROP TABLE "community_zone_collections";
-- reverse: create index "schedule_slots_slot_key" to table: "schedule_slots"
DROP INDEX "schedule_slots_slot_key";
-- reverse: create "schedule_slots" table
DROP TABLE "schedule_slots";
-- reverse: create "settings" table
DROP TABLE "settings";
-- reverse: create "workers" table
DROP TABLE "workers";
-- reverse: create index "collection_sets_name_key" to table: "collection_sets"
DROP INDEX "collection_sets_name_key";
-- reverse: create "collection_sets" table
DROP TABLE "collection_sets";
