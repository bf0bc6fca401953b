-- +goose Up
-- disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- create "new_jobs" table
CREATE TABLE `new_jobs` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `kind` text NOT NULL, `state` text NOT NULL, `verdict` text NOT NULL DEFAULT (''), `mode` text NOT NULL, `trigger` text NOT NULL, `args` json NOT NULL, `unique_key` text NULL, `idempotency_key` text NULL, `idempotency_hash` text NOT NULL DEFAULT (''), `phase` text NOT NULL DEFAULT (''), `done` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `applied` bool NOT NULL DEFAULT (false), `counts` json NULL, `summary` text NOT NULL DEFAULT (''), `error_code` text NOT NULL DEFAULT (''), `error_message` text NOT NULL DEFAULT (''), `error_hint` text NOT NULL DEFAULT (''), `run_token` text NOT NULL DEFAULT (''), `attempt` integer NOT NULL DEFAULT (0), `due_at` integer NOT NULL, `dispatched_at` integer NULL, `heartbeat_at` integer NULL, `waits_for_job_id` integer NULL, `actor_kind` text NOT NULL DEFAULT (''), `actor_id` integer NOT NULL DEFAULT (0), `actor_name` text NOT NULL DEFAULT (''), `decider_kind` text NOT NULL DEFAULT (''), `decider_id` integer NOT NULL DEFAULT (0), `decider_name` text NOT NULL DEFAULT (''), `started_at` integer NULL, `finished_at` integer NULL, `subject_job_id` integer NULL, PRIMARY KEY (`id`), CONSTRAINT `jobs_jobs_dependents` FOREIGN KEY (`subject_job_id`) REFERENCES `jobs` (`id`) ON DELETE SET NULL);
-- copy rows from old table "jobs" to new temporary table "new_jobs"
INSERT INTO `new_jobs` (`id`, `created_at`, `updated_at`, `kind`, `state`, `verdict`, `mode`, `trigger`, `args`, `unique_key`, `idempotency_key`, `idempotency_hash`, `phase`, `done`, `total`, `applied`, `counts`, `summary`, `error_code`, `error_message`, `error_hint`, `run_token`, `attempt`, `due_at`, `dispatched_at`, `heartbeat_at`, `waits_for_job_id`, `started_at`, `finished_at`, `subject_job_id`) SELECT `id`, `created_at`, `updated_at`, `kind`, `state`, `verdict`, `mode`, `trigger`, `args`, `unique_key`, `idempotency_key`, `idempotency_hash`, `phase`, `done`, `total`, `applied`, `counts`, `summary`, `error_code`, `error_message`, `error_hint`, `run_token`, `attempt`, `due_at`, `dispatched_at`, `heartbeat_at`, `waits_for_job_id`, `started_at`, `finished_at`, `subject_job_id` FROM `jobs`;
-- drop "jobs" table after copying rows
-- reviewed: every row and column was copied to new_jobs before, and foreign keys are off
DROP TABLE `jobs`;
-- rename temporary table "new_jobs" to "jobs"
ALTER TABLE `new_jobs` RENAME TO `jobs`;
-- create index "jobs_idempotency_key_key" to table: "jobs"
CREATE UNIQUE INDEX `jobs_idempotency_key_key` ON `jobs` (`idempotency_key`);
-- create index "job_one_unfinished" to table: "jobs"
CREATE UNIQUE INDEX `job_one_unfinished` ON `jobs` (`unique_key`) WHERE state IN ('QUEUED', 'RUNNING', 'CANCELLING');
-- create index "job_unfinished" to table: "jobs"
CREATE INDEX `job_unfinished` ON `jobs` (`state`, `due_at`) WHERE state IN ('QUEUED', 'RUNNING', 'CANCELLING');
-- create index "job_created_at_id" to table: "jobs"
CREATE INDEX `job_created_at_id` ON `jobs` (`created_at`, `id`);
-- create index "job_state_created_at_id" to table: "jobs"
CREATE INDEX `job_state_created_at_id` ON `jobs` (`state`, `created_at`, `id`);
-- create index "job_kind_created_at_id" to table: "jobs"
CREATE INDEX `job_kind_created_at_id` ON `jobs` (`kind`, `created_at`, `id`);
-- create index "job_subject_job_id" to table: "jobs"
CREATE INDEX `job_subject_job_id` ON `jobs` (`subject_job_id`);
-- create index "job_waits_for_job_id" to table: "jobs"
CREATE INDEX `job_waits_for_job_id` ON `jobs` (`waits_for_job_id`) WHERE waits_for_job_id IS NOT NULL;
-- create "new_settings" table
CREATE TABLE `new_settings` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `institution_name` text NOT NULL DEFAULT (''), `multi_campus_inventory_management` bool NOT NULL DEFAULT (false), `stopped_schedules` json NULL, `id_epoch` integer NOT NULL DEFAULT (0), `invitation_hash` text NOT NULL DEFAULT (''), `invitation_expires_at` integer NOT NULL DEFAULT (0), `seal_check` blob NULL, `version` integer NOT NULL DEFAULT (1), PRIMARY KEY (`id`));
-- copy rows from old table "settings" to new temporary table "new_settings"
INSERT INTO `new_settings` (`id`, `created_at`, `updated_at`, `institution_name`, `multi_campus_inventory_management`, `stopped_schedules`, `id_epoch`, `seal_check`, `version`) SELECT `id`, `created_at`, `updated_at`, `institution_name`, `multi_campus_inventory_management`, `stopped_schedules`, `id_epoch`, `seal_check`, `version` FROM `settings`;
-- drop "settings" table after copying rows
-- reviewed: the one row was copied to new_settings before
DROP TABLE `settings`;
-- rename temporary table "new_settings" to "settings"
ALTER TABLE `new_settings` RENAME TO `settings`;
-- create "access_tokens" table
CREATE TABLE `access_tokens` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `name` text NOT NULL, `start` text NOT NULL, `hash` text NOT NULL, `scopes` text NOT NULL, `created_by` text NOT NULL, `expires_at` integer NULL, `revoked_at` integer NULL, `used_at` integer NULL, PRIMARY KEY (`id`));
-- create index "access_tokens_hash_key" to table: "access_tokens"
CREATE UNIQUE INDEX `access_tokens_hash_key` ON `access_tokens` (`hash`);
-- create "audit_entries" table
CREATE TABLE `audit_entries` (`id` integer NOT NULL, `created_at` integer NOT NULL, `actor_kind` text NOT NULL, `actor_id` integer NOT NULL DEFAULT (0), `actor_name` text NOT NULL DEFAULT (''), `action` text NOT NULL, `input` json NULL, `changed` json NULL, `address` text NOT NULL DEFAULT (''), `request_id` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`));
-- create index "auditentry_created_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_created_at_id` ON `audit_entries` (`created_at`, `id`);
-- create index "auditentry_actor_kind_actor_id_created_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_actor_kind_actor_id_created_at_id` ON `audit_entries` (`actor_kind`, `actor_id`, `created_at`, `id`);
-- create index "auditentry_action_created_at_id" to table: "audit_entries"
CREATE INDEX `auditentry_action_created_at_id` ON `audit_entries` (`action`, `created_at`, `id`);
-- create "people" table
CREATE TABLE `people` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `name` text NOT NULL, `name_key` text NOT NULL, `issuer` text NOT NULL DEFAULT (''), `subject` text NOT NULL DEFAULT (''), `password_hash` text NOT NULL DEFAULT (''), `scopes` text NOT NULL DEFAULT (''), `disabled` bool NOT NULL DEFAULT (false), `failures` integer NOT NULL DEFAULT (0), `locked_until` integer NOT NULL DEFAULT (0), `seen_at` integer NULL, PRIMARY KEY (`id`));
-- create index "person_with_password" to table: "people"
CREATE UNIQUE INDEX `person_with_password` ON `people` (`name_key`) WHERE issuer = '';
-- create index "person_of_issuer" to table: "people"
CREATE UNIQUE INDEX `person_of_issuer` ON `people` (`issuer`, `subject`) WHERE issuer <> '';
-- create "sessions" table
CREATE TABLE `sessions` (`id` integer NOT NULL, `created_at` integer NOT NULL, `updated_at` integer NOT NULL, `hash` text NOT NULL, `expires_at` integer NOT NULL, `used_at` integer NOT NULL, `browser` text NOT NULL DEFAULT (''), `address` text NOT NULL DEFAULT (''), `person_id` integer NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_people_sessions` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE CASCADE);
-- create index "sessions_hash_key" to table: "sessions"
CREATE UNIQUE INDEX `sessions_hash_key` ON `sessions` (`hash`);
-- create index "session_person_id" to table: "sessions"
CREATE INDEX `session_person_id` ON `sessions` (`person_id`);
-- create index "session_expires_at" to table: "sessions"
CREATE INDEX `session_expires_at` ON `sessions` (`expires_at`);
-- enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;

-- +goose Down
-- reverse: create index "session_expires_at" to table: "sessions"
DROP INDEX `session_expires_at`;
-- reverse: create index "session_person_id" to table: "sessions"
DROP INDEX `session_person_id`;
-- reverse: create index "sessions_hash_key" to table: "sessions"
DROP INDEX `sessions_hash_key`;
-- reverse: create "sessions" table
DROP TABLE `sessions`;
-- reverse: create index "person_of_issuer" to table: "people"
DROP INDEX `person_of_issuer`;
-- reverse: create index "person_with_password" to table: "people"
DROP INDEX `person_with_password`;
-- reverse: create "people" table
DROP TABLE `people`;
-- reverse: create index "auditentry_action_created_at_id" to table: "audit_entries"
DROP INDEX `auditentry_action_created_at_id`;
-- reverse: create index "auditentry_actor_kind_actor_id_created_at_id" to table: "audit_entries"
DROP INDEX `auditentry_actor_kind_actor_id_created_at_id`;
-- reverse: create index "auditentry_created_at_id" to table: "audit_entries"
DROP INDEX `auditentry_created_at_id`;
-- reverse: create "audit_entries" table
DROP TABLE `audit_entries`;
-- reverse: create index "access_tokens_hash_key" to table: "access_tokens"
DROP INDEX `access_tokens_hash_key`;
-- reverse: create "access_tokens" table
DROP TABLE `access_tokens`;
-- reverse: create "new_settings" table
DROP TABLE `new_settings`;
-- reverse: create index "job_waits_for_job_id" to table: "jobs"
DROP INDEX `job_waits_for_job_id`;
-- reverse: create index "job_subject_job_id" to table: "jobs"
DROP INDEX `job_subject_job_id`;
-- reverse: create index "job_kind_created_at_id" to table: "jobs"
DROP INDEX `job_kind_created_at_id`;
-- reverse: create index "job_state_created_at_id" to table: "jobs"
DROP INDEX `job_state_created_at_id`;
-- reverse: create index "job_created_at_id" to table: "jobs"
DROP INDEX `job_created_at_id`;
-- reverse: create index "job_unfinished" to table: "jobs"
DROP INDEX `job_unfinished`;
-- reverse: create index "job_one_unfinished" to table: "jobs"
DROP INDEX `job_one_unfinished`;
-- reverse: create index "jobs_idempotency_key_key" to table: "jobs"
DROP INDEX `jobs_idempotency_key_key`;
-- reverse: create "new_jobs" table
DROP TABLE `new_jobs`;
